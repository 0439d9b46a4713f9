/* SPDX-License-Identifier: Apache-2.0 */
/* The small files of a control group. */
#ifndef LINUX_CGROUP_FILE_H
#define LINUX_CGROUP_FILE_H

#include <stddef.h>
#include <sys/types.h>

#define CGROUP_MOUNT "/sys/fs/cgroup"

/* Reads a file below a directory; @text is always ended by NUL. Returns its length or -errno. */
ssize_t cgroup_file_read(int dir, const char *name, char *text, size_t n);

/* Writes a file below a directory, in one write. Returns 0 or -errno. */
int cgroup_file_write(int dir, const char *name, const char *text);

/* A directory that is really of a cgroup file system, not a plain one beside it; or -ENOENT. */
int cgroup_file_open(const char *path, long magic);

#endif
