/* SPDX-License-Identifier: Apache-2.0 */
/* Deletes trees of any depth and size that a stranger made, through fds, with bounded recursion. */
#include "review/discard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/file.h"

#define TRASH_SIZE 48
#define SHALLOW 16
#define OPEN_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static void dir_close(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

/*
 * Opens a directory for reading and emptying; its owner may add the bits that this needs. Never
 * through a link, which would change the mode of what lies elsewhere.
 */
static int open_dir(int dir, const char *name)
{
	AUTO_CLOSE int fd = openat(dir, name, OPEN_FLAGS);
	struct stat st;

	if (fd < 0 && errno == EACCES && fchmodat(dir, name, S_IRWXU, AT_SYMLINK_NOFOLLOW) == 0)
		fd = openat(dir, name, OPEN_FLAGS);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if ((st.st_mode & S_IRWXU) != S_IRWXU && fchmod(fd, S_IRWXU) < 0 && errno != EPERM)
		return -errno;
	return fd_take(&fd);
}

/* A removal under way: where directories that lie too deep move to, and the next one's number. */
struct removal {
	int top;
	uint64_t count;
	unsigned int depth;
};

static int empty_into(struct removal *r, int dir);

/* Most trees are shallow, and emptying them in place is several times cheaper than moving them. */
static int empty_here(struct removal *r, int dir, const char *name)
{
	int fd = open_dir(dir, name);
	int ret;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r->depth++;
	ret = empty_into(r, fd);
	r->depth--;
	if (ret == 0 && unlinkat(dir, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		ret = -errno;
	return ret;
}

/* Deletes one name; a directory that is not empty and lies deep moves up to the top, numbered. */
static int empty_one(struct removal *r, int dir, const char *name)
{
	char moved[TRASH_SIZE];

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES)
		return -errno;
	if (r->depth < SHALLOW)
		return empty_here(r, dir, name);
	snprintf(moved, sizeof(moved), ".t%llu", (unsigned long long)r->count++);
	/* Moving a directory rewrites its "..", so its owner needs to be able to write it. */
	if (fchmodat(dir, name, S_IRWXU, AT_SYMLINK_NOFOLLOW) < 0 && errno != EPERM)
		return -errno;
	return renameat(dir, name, r->top, moved) < 0 ? -errno : 0;
}

/* So no depth needs more than a few fds, and no path is ever longer than a name. */
static int empty_into(struct removal *r, int dir)
{
	CLEANUP(dir_close) DIR *d = fdopendir(dir);
	struct dirent *ent;
	int more = 0;
	int ret = 0;

	if (!d) {
		fd_close(dir);
		return -ENOMEM;
	}
	while (ret == 0 && (more = file_next(d, &ent)) > 0)
		ret = empty_one(r, dirfd(d), ent->d_name);
	return ret < 0 ? ret : more;
}

/* Empties the directories that were moved up, the newest first, until none is left. */
static int drain(struct removal *r, uint64_t first)
{
	int ret = 0;

	while (r->count > first && ret == 0) {
		char name[TRASH_SIZE];
		int fd;

		snprintf(name, sizeof(name), ".t%llu", (unsigned long long)(r->count - 1));
		fd = open_dir(r->top, name);
		if (fd == -ENOENT) {
			r->count--;
			continue;
		}
		if (fd < 0)
			return fd;
		ret = empty_into(r, fd);
		if (ret == 0 && unlinkat(r->top, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			ret = -errno;
	}
	return ret;
}

/* A stranger may have used our names at the top; a first number from the kernel avoids that. */
static int remove_dir(int dir, const char *name)
{
	AUTO_CLOSE int top = -EBADF;
	struct removal removal = { 0 };
	uint64_t first = 0;
	int fd, r;

	top = open_dir(dir, name);
	if (top < 0)
		return top;
	if (getrandom(&first, 6, 0) < 0)
		return -errno;
	removal.top = top;
	removal.count = first;
	fd = fd_copy_above(top);
	if (fd < 0)
		return fd;
	r = empty_into(&removal, fd);
	if (r == 0)
		r = drain(&removal, first);
	if (r < 0)
		return r;
	return unlinkat(dir, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int review_remove_tree(int dir, const char *name, struct err *e)
{
	int r;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	r = remove_dir(dir, name);
	return r < 0 && r != -ENOENT ? err_sys(e, r, "cannot delete %s", name) : 0;
}

int review_discard(int dir, const char *name, struct err *e)
{
	char trash[TRASH_SIZE];
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), 0) < 0)
		return err_sys(e, -errno, "cannot make a trash name");
	snprintf(trash, sizeof(trash), ".trash-%016llx", (unsigned long long)number);
	if (renameat(dir, name, dir, trash) < 0)
		return errno == ENOENT ? 0 : err_sys(e, -errno, "cannot discard %s", name);
	return review_remove_tree(dir, trash, e);
}
