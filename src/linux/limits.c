/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a process: rlimits and processor affinity. */
/* #syscalls prlimit64 sched_getaffinity sched_setaffinity */
#include "linux/limits.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

int limits_set(int resource, uint64_t value)
{
	struct rlimit now;
	struct rlimit want = { .rlim_cur = value, .rlim_max = value };

	/* musl and glibc name the first parameter's type differently; the values are the kernel's. */
	if (getrlimit((__typeof__(RLIMIT_NOFILE))resource, &now) < 0)
		return -errno;
	if (now.rlim_max < want.rlim_max)
		want.rlim_cur = want.rlim_max = now.rlim_max;
	return setrlimit((__typeof__(RLIMIT_NOFILE))resource, &want) < 0 ? -errno : 0;
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
