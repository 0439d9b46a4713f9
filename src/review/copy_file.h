/* SPDX-License-Identifier: Apache-2.0 */
/* Copies one file: reflink where possible, else without filling its holes. */
#ifndef REVIEW_COPY_FILE_H
#define REVIEW_COPY_FILE_H

#include <stdint.h>

struct node;

/*
 * copy_file_data - all bytes of @from into the empty file @to.
 * Returns 0 or negative errno. Source: ioctl_ficlone(2), copy_file_range(2), lseek(2) SEEK_DATA.
 */
int copy_file_data(int from, int to, uint64_t size);

/* Set owner (where it may), mode, user.* attributes and mtime of @to. Returns 0 or negative errno.
 */
int copy_file_meta(int from, int to, const struct node *as);

#endif
