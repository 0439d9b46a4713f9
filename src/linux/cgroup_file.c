/* SPDX-License-Identifier: Apache-2.0 */
/* The small files of a control group. */
#include "linux/cgroup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"

ssize_t cgroup_file_read(int dir, const char *name, char *text, size_t n)
{
	AUTO_CLOSE int fd = -EBADF;
	ssize_t r;

	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	r = fd < 0 ? -errno : fd_read_full(fd, text, n - 1);
	text[r < 0 ? 0 : r] = '\0';
	return r;
}

int cgroup_file_write(int dir, const char *name, const char *text)
{
	AUTO_CLOSE int fd = -EBADF;

	fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd_write_full(fd, text, strlen(text));
}

int cgroup_file_open(const char *path, long magic)
{
	AUTO_CLOSE int fd = -EBADF;
	struct statfs fs;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != magic)
		return -ENOENT;
	return fd_take(&fd);
}
