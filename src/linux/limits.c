/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a process: rlimits and processor affinity. */
/* #syscalls prlimit64 sched_getaffinity sched_setaffinity */
#include "linux/limits.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int limits_set(int resource, uint64_t value)
{
	struct rlimit now;
	struct rlimit want = { .rlim_cur = value, .rlim_max = value };

	/* By number: musl and glibc give the first parameter of the C function different types. */
	if (syscall(SYS_prlimit64, 0, resource, NULL, &now) < 0)
		return -errno;
	if (now.rlim_max < want.rlim_max)
		want.rlim_cur = want.rlim_max = now.rlim_max;
	return syscall(SYS_prlimit64, 0, resource, &want, NULL) < 0 ? -errno : 0;
}

int limits_affinity(unsigned int n)
{
	cpu_set_t now;
	cpu_set_t want;

	if (sched_getaffinity(0, sizeof(now), &now) < 0)
		return -errno;
	CPU_ZERO(&want);
	for (unsigned int i = 0; i < CPU_SETSIZE && n > 0; i++) {
		if (!CPU_ISSET(i, &now))
			continue;
		CPU_SET(i, &want);
		n--;
	}
	return sched_setaffinity(0, sizeof(want), &want) < 0 ? -errno : 0;
}
