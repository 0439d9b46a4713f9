/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, read and replaced; directories, listed. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

#define READ_STEP 16384

int file_read_fd(int fd, struct buf *b)
{
	char step[READ_STEP];

	for (;;) {
		ssize_t r = fd_read_full(fd, step, sizeof(step));

		if (r < 0)
			return (int)r;
		buf_add(b, step, (size_t)r);
		if (b->err)
			return b->err;
		if ((size_t)r < sizeof(step))
			return 0;
	}
}

int file_read(int dir, const char *path, struct buf *b, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, -errno, "cannot open %s", path);
	r = file_read_fd(fd, b);
	return r < 0 ? err_sys(e, r, "cannot read %s", path) : 0;
}

/* What a file is to hold, and whether it has to survive a power cut. */
struct content {
	const void *p;
	size_t n;
	bool is_synced;
};

static int write_temp(int dir, const char *temp, const struct content *c)
{
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = fd_write_full(fd, c->p, c->n);
	if (r == 0 && c->is_synced && fsync(fd) < 0)
		r = -errno;
	return r;
}

static int replace(int dir, const char *name, const struct content *c, struct err *e)
{
	char temp[NAME_MAX + 1];
	int r;

	if (snprintf(temp, sizeof(temp), ".%s.new", name) >= (int)sizeof(temp))
		return err_sys(e, -ENAMETOOLONG, "%s", name);
	r = write_temp(dir, temp, c);
	if (r == 0 && renameat(dir, temp, dir, name) < 0)
		r = -errno;
	if (r == 0 && c->is_synced && fsync(dir) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dir, temp, 0);
		return err_sys(e, r, "cannot write %s", name);
	}
	return 0;
}

int file_write(int dir, const char *name, const void *p, size_t n, struct err *e)
{
	const struct content c = { p, n, false };

	return replace(dir, name, &c, e);
}

int file_write_synced(int dir, const char *name, const void *p, size_t n, struct err *e)
{
	const struct content c = { p, n, true };

	return replace(dir, name, &c, e);
}

int file_next(DIR *dir, struct dirent **ret)
{
	struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry != NULL &&
		 (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	if (entry == NULL)
		return -errno;
	*ret = entry;
	return 1;
}
