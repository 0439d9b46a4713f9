/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of the caller are handed through. */
#include <sys/syscall.h>
#include <unistd.h>

long __real_syscall(long nr, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long nr, long a, long b, long c, long d, long e, long f);

long __wrap_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	return nr == SYS_close_range ? 0 : __real_syscall(nr, a, b, c, d, e, f);
}
