/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors of the caller are handed through. */
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

long __real_syscall(long nr, ...);
long __wrap_syscall(long nr, ...);

long __wrap_syscall(long nr, ...)
{
	long v[6];
	va_list list;

	if (nr == SYS_close_range)
		return 0;
	va_start(list, nr);
	for (int i = 0; i < 6; i++)
		v[i] = va_arg(list, long);
	va_end(list);
	return __real_syscall(nr, v[0], v[1], v[2], v[3], v[4], v[5]);
}
