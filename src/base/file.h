/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, read and replaced; directories, listed. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * file_read - append the content of a file to a buffer; the buffer's maximum holds.
 * @dir:  directory fd or AT_FDCWD
 * @path: named by us or by the user; links are followed
 *
 * Returns 0; -E2BIG when it is larger than the buffer may be; else negative errno, @e filled.
 */
int file_read(int dir, const char *path, struct buf *b, struct err *e);

/*
 * file_read_fd - the same for an open file; reads from its present offset.
 */
int file_read_fd(int fd, struct buf *b);

/*
 * file_write - replace a file: temporary name beside it, then rename.
 *
 * Returns 0 or negative errno, @e filled; the old file stays on failure.
 */
int file_write(int dir, const char *name, const void *p, size_t n, struct err *e);

/*
 * file_write_synced - the same, and it survives a power cut.
 */
int file_write_synced(int dir, const char *name, const void *p, size_t n, struct err *e);

/*
 * file_next - the next name in a directory, but for "." and "..".
 *
 * Returns 1 with *ret filled, 0 at the end, negative errno when there may be more that cannot be
 * read: readdir(3) tells the two apart by errno alone.
 */
int file_next(DIR *dir, struct dirent **ret);

#endif
