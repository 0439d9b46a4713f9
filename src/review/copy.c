/* SPDX-License-Identifier: Apache-2.0 */
/* A private copy of a directory, with a manifest, where overlay is not to be had. */
#include "review/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/path.h"
#include "review/copy_file.h"
#include "review/node.h"
#include "review/rows.h"
#include "review/seal_file.h"
#include "review/walk.h"

struct copying {
	const struct review_root *root;
	int to;
	uint64_t dev;
	struct rows twins; /* files with several names, by inode */
	struct rows manifest;
};

static void copying_done(struct copying *c)
{
	fd_close(c->to);
	rows_done(&c->twins);
	rows_done(&c->manifest);
}

static struct node as_in_box(const struct copying *c, const struct node *host)
{
	struct node as = *host;

	as.uid = c->root->box_uid;
	as.gid = c->root->box_gid;
	return as;
}

static int copy_regular(struct copying *c, const struct walk_entry *at, int parent)
{
	struct node as = as_in_box(c, &at->node);
	AUTO_CLOSE int from = -EBADF;
	AUTO_CLOSE int to = -EBADF;
	int r;

	from = node_open(at->dir, at->name, false);
	/* What the user cannot read, nobody in the sandbox could. */
	if (from == -EACCES)
		return 0;
	if (from < 0)
		return from;
	to = openat(parent, at->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	r = copy_file_data(from, to, at->node.size);
	return r < 0 ? r : copy_file_meta(from, to, &as);
}

/* Returns 1 when the file was linked to its copied twin. */
static int copy_twin(struct copying *c, const struct walk_entry *at, int parent)
{
	struct row row = { .a = at->path };
	size_t i;

	for (i = 0; i < c->twins.n; i++) {
		if (c->twins.v[i].num[ROW_INO] != at->node.ino)
			continue;
		return linkat(c->to, c->twins.v[i].a, parent, at->name, 0) < 0 ? -errno : 1;
	}
	row.num[ROW_INO] = at->node.ino;
	return rows_add(&c->twins, &row);
}

static int copy_symlink(struct copying *c, const struct walk_entry *at, int parent)
{
	AUTO_BUF struct buf target = BUF_INIT(65536);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
				     { .tv_sec = (time_t)(at->node.mtime / 1000000000U),
				       .tv_nsec = (long)(at->node.mtime % 1000000000U) } };
	int r;

	r = node_link(at->dir, at->name, &target);
	if (r < 0)
		return r;
	if (symlinkat(target.p ? target.p : "", parent, at->name) < 0 ||
	    utimensat(parent, at->name, times, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (fchownat(parent, at->name, c->root->box_uid, c->root->box_gid, AT_SYMLINK_NOFOLLOW) <
		    0 &&
	    errno != EPERM)
		return -errno;
	return 0;
}

static int copy_dir(struct copying *c, const struct walk_entry *at, int parent)
{
	struct node as = as_in_box(c, &at->node);
	AUTO_CLOSE int from = -EBADF;
	AUTO_CLOSE int to = -EBADF;
	int r;

	if (mkdirat(parent, at->name, 0700) < 0)
		return -errno;
	from = node_open(at->dir, at->name, false);
	to = node_open(parent, at->name, false);
	if (to < 0)
		return to;
	if (from < 0)
		return from == -EACCES ? 0 : from;
	/* Its owner must be able to fill it; a directory without write permission is rare. */
	as.mode |= 0700;
	r = copy_file_meta(from, to, &as);
	return r < 0 ? r : 1;
}

static int copy_any(struct copying *c, const struct walk_entry *at, int parent)
{
	int r = 0;

	if (S_ISDIR(at->node.mode))
		return copy_dir(c, at, parent);
	if (S_ISLNK(at->node.mode))
		return copy_symlink(c, at, parent);
	if (!S_ISREG(at->node.mode))
		return 0;
	if (at->node.nlink > 1)
		r = copy_twin(c, at, parent);
	if (r == 0)
		r = copy_regular(c, at, parent);
	return r < 0 ? r : 0;
}

static int copy_one(void *arg, const struct walk_entry *at, struct err *e)
{
	struct copying *c = arg;
	AUTO_CLOSE int parent = -EBADF;
	const char *name;
	int r;

	if (at->node.dev != c->dev)
		return 0;
	parent = node_parent(c->to, at->path, &name);
	r = parent < 0 ? parent : copy_any(c, at, parent);
	return r < 0 ? err_sys(e, r, "cannot copy a file of %s", c->root->path) : r;
}

static int note_one(void *arg, const struct walk_entry *at, struct err *e)
{
	struct copying *c = arg;
	struct row row = { .a = at->path };

	seal_row_of(&at->node, &row);
	if (rows_add(&c->manifest, &row) < 0)
		return err_set(e, -ENOMEM, "out of memory for the manifest");
	return S_ISDIR(at->node.mode);
}

int review_copy_make(const struct review_root *root, struct err *e)
{
	CLEANUP(copying_done) struct copying c = { .root = root, .to = -EBADF };
	struct stat st;
	int r;

	if (fstat(root->fd, &st) < 0)
		return err_sys(e, -errno, "cannot look at %s", root->path);
	c.dev = st.st_dev;
	if (mkdirat(root->store, "copy", 0700) < 0 && errno != EEXIST)
		return err_sys(e, -errno, "cannot make the copy of %s", root->path);
	c.to = path_open_beneath(root->store, "copy", O_RDONLY | O_DIRECTORY, 0);
	if (c.to < 0)
		return err_sys(e, c.to, "cannot open the copy of %s", root->path);
	if (fchown(c.to, root->box_uid, root->box_gid) < 0 && errno != EPERM)
		return err_sys(e, -errno, "cannot give away the copy of %s", root->path);
	r = walk_tree(&(struct walk_top){ root->fd, ".", false }, copy_one, &c, e);
	/* The state of the copy once complete: links made later would have moved the times. */
	if (r == 0)
		r = walk_tree(&(struct walk_top){ c.to, ".", true }, note_one, &c, e);
	return r < 0 ? r : rows_save(&c.manifest, root->store, "manifest", e);
}
