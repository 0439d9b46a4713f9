/* SPDX-License-Identifier: Apache-2.0 */
/* The lock of a sandbox: who runs it, and who settles or removes what it left. */
#include "sandbox/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"

#define RUN 0
#define SETTLE 1
#define MAKING_S 10 /* a directory without a lock is being made, unless it is older than this */

static struct flock range(short type, off_t byte, off_t n)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = n };
}

int hold_new(int dir)
{
	AUTO_CLOSE int fd = -EBADF;
	struct flock both = range(F_WRLCK, RUN, 2);

	fd = openat(dir, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &both) < 0)
		return -errno;
	return fd_take(&fd);
}

/* Left over from a maker that was killed, or still in the making? */
static int open_missing(int dir)
{
	struct stat st;
	int fd;

	if (fstat(dir, &st) < 0)
		return -errno;
	if (time(NULL) - st.st_mtime < MAKING_S)
		return -EALREADY;
	fd = openat(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int hold_settle(int dir)
{
	AUTO_CLOSE int fd = -EBADF;
	struct flock run = range(F_RDLCK, RUN, 1);
	struct flock settle = range(F_WRLCK, SETTLE, 1);

	fd = openat(dir, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		fd = open_missing(dir);
	else if (fd < 0)
		return -errno;
	if (fd < 0)
		return fd;
	if (fcntl(fd, F_OFD_SETLK, &run) < 0)
		return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
	if (fcntl(fd, F_OFD_SETLK, &settle) < 0)
		return errno == EAGAIN || errno == EACCES ? -EALREADY : -errno;
	return fd_take(&fd);
}

bool hold_is_running(int dir)
{
	AUTO_CLOSE int fd = -EBADF;
	/* A reading lock is in the way of a writing one alone: settlers hold the former. */
	struct flock run = range(F_RDLCK, RUN, 1);

	fd = openat(dir, "lock", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &run) == 0 && run.l_type != F_UNLCK;
}
