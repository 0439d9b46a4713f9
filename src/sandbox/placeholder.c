/* SPDX-License-Identifier: Apache-2.0 */
/* Empty places on the host for protected paths that do not exist: a mount needs something to be. */
#include "sandbox/placeholder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"

#define TRIES 100
#define PAUSE_NS 20000000
#define DIR_MODE (S_ISVTX | 0755)
#define FILE_MODE (S_ISVTX | 0644)
#define TEXT_LEN_MAX 16
#define FD_PATH_MAX 32

bool placeholder_is(const struct stat *st)
{
	return (S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_size < TEXT_LEN_MAX)) &&
	       (st->st_mode & S_ISVTX) != 0;
}

/* The whole file with its content at once: git would stumble over half of it. */
static int file_make(int parent, const char *name, const char *text)
{
	AUTO_CLOSE int fd = -EBADF;
	char path[FD_PATH_MAX];
	int r;

	fd = openat(parent, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -errno;
	r = fd_write_full(fd, text, strlen(text));
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, parent, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* What the payload, who is this user or whom this user's files are mapped to, cannot make either.
 */
static bool is_closed(int parent, int error)
{
	struct stat st;

	if (error == -EROFS)
		return true;
	return error == -EACCES && fstat(parent, &st) == 0 && st.st_uid != geteuid();
}

static int make(int parent, const char *name, const char *text)
{
	struct stat st;
	int r;

	if (text != NULL)
		r = file_make(parent, name, text);
	else
		r = mkdirat(parent, name, DIR_MODE) < 0 ? -errno : 0;
	if (r < 0)
		return r;
	if (geteuid() == 0 && fstat(parent, &st) == 0)
		r = fchownat(parent, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW);
	return r < 0 ? -errno : 0;
}

/* Whether the name still means what is open. */
static bool is_there(const struct placeholder *p, struct stat *ret)
{
	struct stat named;

	return fstat(p->fd, ret) == 0 &&
	       fstatat(p->parent, p->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       named.st_dev == ret->st_dev && named.st_ino == ret->st_ino;
}

static bool holds_text(const struct placeholder *p)
{
	char found[TEXT_LEN_MAX];
	ssize_t n = pread(p->fd, found, sizeof(found), 0);

	return n >= 0 && (size_t)n == strlen(p->text) && memcmp(found, p->text, (size_t)n) == 0;
}

/* Whether a directory is as it was made: what a user put into one is the user's. */
static bool holds_nothing(const struct placeholder *p)
{
	int fd = openat(p->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int n;

	if (dir == NULL) {
		fd_close(fd);
		return false;
	}
	n = file_next(dir, &entry);
	closedir(dir);
	return n == 0;
}

static int open_one(int parent, const char *name, const char *text)
{
	/* A fifo put there meanwhile must not make us wait. */
	int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | (text == NULL ? O_DIRECTORY : 0);

	return path_open_beneath(parent, name, flags, 0);
}

/* Takes the lock on what is there. -EAGAIN when another sandbox came between. */
static int join(struct placeholder *p)
{
	struct stat st;

	p->fd = open_one(p->parent, p->name, p->text);
	if (p->fd < 0)
		return p->fd == -ENOENT ? -EAGAIN : -EEXIST;
	if (flock(p->fd, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (!is_there(p, &st))
		return -EAGAIN;
	if (!placeholder_is(&st) || !(p->text == NULL ? holds_nothing(p) : holds_text(p)))
		return -EEXIST;
	return 0;
}

static int make_or_join(struct placeholder *p)
{
	int made = make(p->parent, p->name, p->text);
	int r;

	if (made < 0 && made != -EEXIST)
		return is_closed(p->parent, made) ? 1 : made;
	r = join(p);
	if (r == 0 || r == -EAGAIN || made < 0)
		return r;
	/* A file system without the mark or without locks. */
	(void)unlinkat(p->parent, p->name, p->text == NULL ? AT_REMOVEDIR : 0);
	return r == -EEXIST ? -EOPNOTSUPP : r;
}

static void pause_shortly(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
}

static int add(struct placeholders *all, struct placeholder *p)
{
	if (all->v == NULL)
		all->v = calloc(PLACEHOLDERS_MAX, sizeof(*all->v));
	if (all->v == NULL)
		return -ENOMEM;
	all->v[all->n++] = *p;
	return 0;
}

static int take(struct placeholders *all, int parent, struct placeholder p,
		int (*attempt)(struct placeholder *p))
{
	int r = -EAGAIN;

	if (all->n == PLACEHOLDERS_MAX)
		return -E2BIG;
	p.parent = fd_copy_above(parent);
	if (p.parent < 0)
		return p.parent;
	for (int i = 0; i < TRIES && r == -EAGAIN; i++) {
		if (i > 0)
			pause_shortly();
		p.fd = fd_close(p.fd);
		r = attempt(&p);
	}
	if (r == 0)
		r = add(all, &p);
	if (r != 0) {
		fd_close(p.parent);
		fd_close(p.fd);
	}
	return r == -EAGAIN ? -EBUSY : r;
}

static int begin(struct placeholder *p, const char *name, const char *text)
{
	*p = (struct placeholder){ .parent = -EBADF, .fd = -EBADF, .text = text };
	return snprintf(p->name, sizeof(p->name), "%s", name) >= (int)sizeof(p->name)
		       ? -ENAMETOOLONG
		       : 0;
}

int placeholder_take(struct placeholders *all, int parent, const char *name, const char *text)
{
	struct placeholder p;
	int r = begin(&p, name, text);

	return r < 0 ? r : take(all, parent, p, make_or_join);
}

static int join_once(struct placeholder *p)
{
	int r = join(p);

	return r == -EAGAIN ? -ENOENT : r;
}

int placeholder_adopt(struct placeholders *all, int parent, const char *name, const char *text)
{
	struct placeholder p;
	int r = begin(&p, name, text);

	return r < 0 ? r : take(all, parent, p, join_once);
}

/* Alone with it: gone if it is as it was made, an ordinary thing of the user's if it is not. */
static void settle(const struct placeholder *p)
{
	struct stat st;
	bool is_used = p->text != NULL && !holds_text(p);

	if (!is_there(p, &st) || !placeholder_is(&st))
		return;
	/* After any other failure the guard tries again. */
	if (!is_used && unlinkat(p->parent, p->name, p->text == NULL ? AT_REMOVEDIR : 0) < 0)
		is_used = errno == ENOTEMPTY || errno == EEXIST;
	if (is_used)
		(void)fchmod(p->fd, st.st_mode & 0777);
}

void placeholders_release(struct placeholders *all)
{
	while (all->n > 0) {
		struct placeholder *p = &all->v[--all->n];

		if (flock(p->fd, LOCK_EX | LOCK_NB) == 0)
			settle(p);
		fd_close(p->fd);
		fd_close(p->parent);
	}
	free(all->v);
	*all = (struct placeholders){ 0 };
}
