/* SPDX-License-Identifier: Apache-2.0 */
/* One namespace is not made: WITHOUT(flag) stands for the clone of the sandbox. */
#ifndef ABLATE_WITHOUT_H
#define ABLATE_WITHOUT_H

#include <linux/sched.h>
#include <stdint.h>
#include <sys/types.h>

pid_t __real_userns_clone(uint64_t flags);
pid_t __wrap_userns_clone(uint64_t flags);

#define WITHOUT(flag)                                                                              \
	pid_t __wrap_userns_clone(uint64_t flags)                                                  \
	{                                                                                          \
		return __real_userns_clone(flags & ~(uint64_t)(flag));                             \
	}

#endif
