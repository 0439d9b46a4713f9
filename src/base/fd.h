/* SPDX-License-Identifier: Apache-2.0 */
/* File descriptors: ownership, whole reads and writes. */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* For an int variable initialised to -EBADF: closes it at the end of the scope. */
#define AUTO_CLOSE CLEANUP(fd_cleanup)

/*
 * fd_close - close if open; errno is kept.
 * @fd: any value; negative ones are ignored
 *
 * Returns -EBADF, so that `fd = fd_close(fd)` leaves the variable empty.
 */
int fd_close(int fd);

void fd_cleanup(int *fd);

/*
 * fd_take - hand an fd over to another owner; the variable becomes -EBADF.
 */
int fd_take(int *fd);

/*
 * fd_read_full - read until @n bytes or end of file, through EINTR.
 *
 * Returns the bytes read, or negative errno.
 */
ssize_t fd_read_full(int fd, void *p, size_t n);

/*
 * fd_write_full - write all of @n bytes, through EINTR and short writes.
 *
 * Returns 0 or negative errno.
 */
int fd_write_full(int fd, const void *p, size_t n);

/*
 * fd_copy_above - duplicate to a close-on-exec fd of at least 3.
 * Source: fcntl(2), F_DUPFD_CLOEXEC.
 */
int fd_copy_above(int fd);

/*
 * fd_set_cloexec - set or clear close-on-exec. Returns 0 or negative errno.
 */
int fd_set_cloexec(int fd, int on);

#endif
