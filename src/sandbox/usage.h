/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that a directory takes on disk. */
#ifndef SANDBOX_USAGE_H
#define SANDBOX_USAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Of an empty file, link or device: it takes an inode all the same. */
#define USAGE_ENTRY_BYTES 4096u

/*
 * usage_bytes - blocks of all files below a directory, links not followed, other mounts not
 * entered; at least 4 KiB for each, so that empty files count too.
 * @since_s: only of what was made or changed since; 0 for all
 * @enough:  stop counting above this many
 * @ret_all: set to false when something could not be counted: a directory that its owner closed, or
 * one further down than a path can say
 *
 * What vanishes while it is counted is left out.
 */
uint64_t usage_bytes(const char *path, int64_t since_s, uint64_t enough, bool *ret_all);

#endif
