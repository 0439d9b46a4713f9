/* SPDX-License-Identifier: Apache-2.0 */
/* Deleting a tree that a stranger filled: any depth, any mode, links never followed. */
#include "sandbox/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

#define DEPTH_MAX 64

/* The top directory, to which what lies too deep is moved, and a number to name it by. */
struct removal {
	int top;
	unsigned int moved;
	int err;
};

static void note(struct removal *r)
{
	if (r->err == 0)
		r->err = -errno;
}

static void directory_empty(struct removal *r, int parent, const char *name, int depth);

static void entry_remove(struct removal *r, int dir, const char *name, int depth)
{
	char up[32];

	if (unlinkat(dir, name, 0) == 0)
		return;
	if (errno != EISDIR && errno != EPERM) {
		note(r);
		return;
	}
	if (depth >= DEPTH_MAX) {
		snprintf(up, sizeof(up), ".moved-%u", r->moved++);
		if (fchmodat(dir, name, 0700, 0) < 0 || renameat(dir, name, r->top, up) < 0)
			note(r);
		return;
	}
	directory_empty(r, dir, name, depth + 1);
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT && depth > 0)
		note(r);
}

static void directory_empty(struct removal *r, int parent, const char *name, int depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd < 0 && errno == EACCES && fchmodat(parent, name, 0700, 0) == 0)
		fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (dir == NULL) {
		note(r);
		fd_close(fd);
		return;
	}
	/* The owner may have taken its own right to delete away. */
	(void)fchmod(fd, 0700);
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			entry_remove(r, fd, entry->d_name, depth);
	closedir(dir);
}

int remove_tree(int dir, const char *name)
{
	struct removal r = { .top = -EBADF };
	unsigned int before;

	r.top = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (r.top < 0)
		return errno == ENOTDIR || errno == ELOOP
			       ? (unlinkat(dir, name, 0) < 0 ? -errno : 0)
			       : -errno;
	do {
		before = r.moved;
		r.err = 0;
		directory_empty(&r, dir, name, 0);
	} while (r.moved != before);
	fd_close(r.top);
	if (unlinkat(dir, name, AT_REMOVEDIR) < 0)
		return r.err != 0 ? r.err : -errno;
	return 0;
}
