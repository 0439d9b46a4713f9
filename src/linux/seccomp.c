/* SPDX-License-Identifier: Apache-2.0 */
/* Loading of seccomp filters. */
/* #syscalls seccomp */
#include "linux/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Kernel headers of 2022 may lack it. */
#define WAIT_KILLABLE (1u << 5)

int seccomp_enter(const struct sock_filter *filter, size_t n, bool notify)
{
	struct sock_fprog prog = { .len = (unsigned short)n };
	unsigned int flags = notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER | WAIT_KILLABLE : 0u;
	long r;

	/* The kernel only reads the filter; its interface lacks the const. */
	memcpy(&prog.filter, &filter, sizeof(prog.filter));
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
	/* Before Linux 5.19 a signal may repeat a call that is being answered. */
	if (r < 0 && errno == EINVAL && notify)
		r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			    &prog);
	return r < 0 ? -errno : (int)r;
}
