/* SPDX-License-Identifier: Apache-2.0 */
/* The control groups are not entered. */
#include <stddef.h>

#include "base/fd.h"

int __real_fd_write_full(int fd, const void *p, size_t n);
int __wrap_fd_write_full(int fd, const void *p, size_t n);

int __wrap_fd_write_full(int fd, const void *p, size_t n)
{
	return n == 1 && *(const char *)p == '0' ? 0 : __real_fd_write_full(fd, p, n);
}
