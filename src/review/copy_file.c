/* SPDX-License-Identifier: Apache-2.0 */
/* Copies one file: reflink where possible, else without filling its holes. */
#include "review/copy_file.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "review/node.h"

#define BLOCK ((size_t)1 << 18)
#define NS_PER_S 1000000000ULL

static int copy_by_hand(int from, int to, off_t at, off_t end)
{
	AUTO_FREE char *p = malloc(BLOCK);

	if (!p)
		return -ENOMEM;
	while (at < end) {
		size_t want = end - at > (off_t)BLOCK ? BLOCK : (size_t)(end - at);
		ssize_t n = pread(from, p, want, at);

		if (n <= 0)
			return n < 0 ? -errno : 0;
		/* Less than all on a disk that is filling up: the next write says so. */
		n = pwrite(to, p, (size_t)n, at);
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		at += n;
	}
	return 0;
}

static int copy_extent(int from, int to, off_t at, off_t end)
{
	while (at < end) {
		off_t in = at;
		off_t out = at;
		ssize_t n = copy_file_range(from, &in, to, &out, (size_t)(end - at), 0);

		if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP ||
			      errno == ENOSYS || errno == EBADF))
			return copy_by_hand(from, to, at, end);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		at += n;
	}
	return 0;
}

int copy_file_data(int from, int to, uint64_t size)
{
	off_t end = (off_t)size;
	off_t at = 0;

	if (size == 0 || ioctl(to, FICLONE, from) == 0)
		return 0;
	if (ftruncate(to, end) < 0)
		return -errno;
	while (at < end) {
		off_t data = lseek(from, at, SEEK_DATA);
		off_t hole;
		int r;

		if (data < 0)
			return errno == ENXIO ? 0 : copy_by_hand(from, to, at, end);
		hole = lseek(from, data, SEEK_HOLE);
		if (hole < 0 || hole > end)
			hole = end;
		r = copy_extent(from, to, data, hole);
		if (r < 0)
			return r;
		at = hole;
	}
	return 0;
}

int copy_file_meta(int from, int to, const struct node *as)
{
	struct timespec times[2] = {
		{ .tv_nsec = UTIME_OMIT },
		{ .tv_sec = (time_t)(as->mtime / NS_PER_S),
		  .tv_nsec = (long)(as->mtime % NS_PER_S) },
	};
	struct stat st;
	int r;

	if (fstat(to, &st) < 0)
		return -errno;
	if ((st.st_uid != as->uid || st.st_gid != as->gid) && fchown(to, as->uid, as->gid) < 0 &&
	    errno != EPERM)
		return -errno;
	r = node_copy_xattrs(from, to);
	if (r == 0 && fchmod(to, as->mode & 0777) < 0)
		r = -errno;
	if (r == 0 && futimens(to, times) < 0)
		r = -errno;
	return r;
}
