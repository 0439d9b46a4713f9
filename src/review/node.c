/* SPDX-License-Identifier: Apache-2.0 */
/* One path of a tree: its state, content and attributes, reached without following links. */
#include "review/node.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/path.h"

#define NS_PER_S 1000000000ULL
#define XATTR_MAX 65536
#define BLOCK 65536

void node_of(const struct stat *st, struct node *ret)
{
	*ret = (struct node){
		.mode = st->st_mode,
		.size = (uint64_t)st->st_size,
		.mtime = (uint64_t)st->st_mtim.tv_sec * NS_PER_S + (uint64_t)st->st_mtim.tv_nsec,
		.ctime = (uint64_t)st->st_ctim.tv_sec * NS_PER_S + (uint64_t)st->st_ctim.tv_nsec,
		.ino = st->st_ino,
		.dev = st->st_dev,
		.nlink = st->st_nlink,
		.rdev = st->st_rdev,
		.uid = st->st_uid,
		.gid = st->st_gid,
	};
}

int node_at(int dir, const char *path, struct node *ret)
{
	AUTO_CLOSE int fd = -EBADF;
	struct stat st;

	*ret = (struct node){ 0 };
	fd = path_open_beneath(dir, path, O_PATH | O_NOFOLLOW, 0);
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	node_of(&st, ret);
	return 0;
}

int node_parent(int dir, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	size_t n;

	*ret_name = slash ? slash + 1 : path;
	if (!slash)
		return path_open_beneath(dir, ".", O_PATH | O_DIRECTORY, 0);
	n = (size_t)(slash - path);
	if (n >= sizeof(parent))
		return -ENAMETOOLONG;
	memcpy(parent, path, n);
	parent[n] = '\0';
	return path_open_beneath(dir, parent, O_PATH | O_DIRECTORY, 0);
}

/* What a payload closed to its owner is opened up again, in our own store only. */
static int open_up(int dir, const char *path)
{
	AUTO_CLOSE int parent = -EBADF;
	const char *name;
	struct stat st;
	mode_t add;

	parent = node_parent(dir, path, &name);
	if (parent < 0)
		return parent;
	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return -EACCES;
	add = S_ISDIR(st.st_mode) ? 0700 : 0400;
	return fchmodat(parent, name, (st.st_mode & 07777) | add, 0) < 0 ? -errno : 0;
}

int node_open(int dir, const char *path, bool is_ours)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = path_open_beneath(dir, path, flags, 0);

	if (fd == -EACCES && is_ours && open_up(dir, path) == 0)
		fd = path_open_beneath(dir, path, flags, 0);
	return fd;
}

int node_link(int dir, const char *path, struct buf *b)
{
	AUTO_CLOSE int fd = -EBADF;
	char target[PATH_MAX];
	ssize_t n;

	fd = path_open_beneath(dir, path, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", target, sizeof(target));
	if (n < 0)
		return -errno;
	buf_add(b, target, (size_t)n);
	return b->err;
}

static bool is_shown(const char *name)
{
	return strncmp(name, "user.", 5) == 0 && strncmp(name, "user.overlay.", 13) != 0;
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int xattr_one(int fd, const char *name, struct buf *b)
{
	AUTO_FREE char *value = malloc(XATTR_MAX);
	ssize_t n;
	uint32_t len;

	if (!value)
		return -ENOMEM;
	n = fgetxattr(fd, name, value, XATTR_MAX);
	if (n < 0)
		return -errno;
	len = (uint32_t)n;
	buf_add(b, name, strlen(name) + 1);
	buf_add(b, &len, sizeof(len));
	buf_add(b, value, len);
	return b->err;
}

static int xattrs_sorted(int fd, const char *list, size_t n, struct buf *b)
{
	AUTO_FREE const char **names = calloc(n ? n : 1, sizeof(*names));
	size_t count = 0;
	size_t i;
	int r = 0;

	if (!names)
		return -ENOMEM;
	for (i = 0; i < n; i += strlen(list + i) + 1) {
		if (is_shown(list + i))
			names[count++] = list + i;
	}
	qsort(names, count, sizeof(*names), name_compare);
	for (i = 0; i < count && r == 0; i++)
		r = xattr_one(fd, names[i], b);
	return r;
}

int node_xattrs(int fd, struct buf *b)
{
	AUTO_FREE char *list = NULL;
	ssize_t n = flistxattr(fd, NULL, 0);

	if (n < 0 && (errno == ENOTSUP || errno == EPERM))
		return 0;
	if (n <= 0)
		return n < 0 ? -errno : 0;
	list = malloc(XATTR_MAX);
	if (!list)
		return -ENOMEM;
	n = flistxattr(fd, list, XATTR_MAX);
	return n < 0 ? -errno : xattrs_sorted(fd, list, (size_t)n, b);
}

int node_same_bytes(int a, int b)
{
	AUTO_FREE char *p = malloc((size_t)2 * BLOCK);
	off_t at = 0;

	if (!p)
		return -ENOMEM;
	for (;;) {
		ssize_t n = pread(a, p, BLOCK, at);
		ssize_t m = pread(b, p + BLOCK, BLOCK, at);

		if (n < 0 || m < 0)
			return -errno;
		if (n != m || memcmp(p, p + BLOCK, (size_t)n) != 0)
			return 0;
		if (n == 0)
			return 1;
		at += n;
	}
}

static void drop_xattrs(int to, const struct buf *now)
{
	size_t i = 0;

	while (i < now->n) {
		const char *name = now->p + i;
		uint32_t len;

		i += strlen(name) + 1;
		memcpy(&len, now->p + i, sizeof(len));
		i += sizeof(len) + len;
		(void)fremovexattr(to, name);
	}
}

int node_copy_xattrs(int from, int to)
{
	AUTO_BUF struct buf b = BUF_INIT((size_t)16 << 20);
	AUTO_BUF struct buf now = BUF_INIT((size_t)16 << 20);
	size_t i = 0;
	int r;

	r = node_xattrs(from, &b);
	if (r == 0)
		r = node_xattrs(to, &now);
	if (r < 0)
		return r;
	if (now.n && (now.n != b.n || memcmp(now.p, b.p, b.n) != 0))
		drop_xattrs(to, &now);
	while (i < b.n) {
		const char *name = b.p + i;
		uint32_t len;

		i += strlen(name) + 1;
		memcpy(&len, b.p + i, sizeof(len));
		i += sizeof(len);
		if (fsetxattr(to, name, b.p + i, len, 0) < 0 && errno != ENOTSUP)
			return -errno;
		i += len;
	}
	return 0;
}
