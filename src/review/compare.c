/* SPDX-License-Identifier: Apache-2.0 */
/* Compares one path of the sandbox with the host's and appends what differs. */
#include "review/compare.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "review/changes.h"
#include "review/node.h"
#include "review/walk.h"

#define XATTRS_MAX ((size_t)16 << 20)

static int same_link(const struct compare *c, const char *path)
{
	AUTO_BUF struct buf a = BUF_INIT(65536);
	AUTO_BUF struct buf b = BUF_INIT(65536);
	int r;

	r = node_link(c->trees->roots[c->root].fd, path, &a);
	if (r == 0)
		r = node_link(c->trees->made[c->root], path, &b);
	if (r < 0)
		return r;
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

int compare_xattrs(int a, int b)
{
	AUTO_BUF struct buf x = BUF_INIT(XATTRS_MAX);
	AUTO_BUF struct buf y = BUF_INIT(XATTRS_MAX);
	int r;

	r = node_xattrs(a, &x);
	if (r == 0)
		r = node_xattrs(b, &y);
	if (r < 0)
		return r;
	return x.n == y.n && (x.n == 0 || memcmp(x.p, y.p, x.n) == 0);
}

/* Two files, or two directories, both open. Returns whether they differ, with the kind. */
static int compare_fds(struct review_change *one, int a, int b)
{
	int r;

	if (S_ISREG(one->now.mode)) {
		r = one->old.size == one->now.size ? node_same_bytes(a, b) : 0;
		one->kind = CHANGE_MODIFY;
		if (r <= 0)
			return r < 0 ? r : 1;
	}
	r = compare_xattrs(a, b);
	one->kind = CHANGE_XATTR;
	if (r <= 0)
		return r < 0 ? r : 1;
	one->kind = CHANGE_MODE;
	return (one->old.mode & 07777) != (one->now.mode & 07777);
}

/* Both are regular files or both are directories. */
static int compare_open(const struct compare *c, struct review_change *one)
{
	AUTO_CLOSE int a = -EBADF;
	AUTO_CLOSE int b = -EBADF;

	b = node_open(c->trees->made[c->root], one->path, true);
	if (b < 0)
		return b;
	a = node_open(c->trees->roots[c->root].fd, one->path, false);
	/* What the user may not read cannot be called the same. */
	if (a == -EACCES || a == -EPERM) {
		one->kind = S_ISREG(one->now.mode) ? CHANGE_MODIFY : CHANGE_MODE;
		return one->kind == CHANGE_MODIFY ||
		       (one->old.mode & 07777) != (one->now.mode & 07777);
	}
	return a < 0 ? a : compare_fds(one, a, b);
}

static int compare_same_type(const struct compare *c, struct review_change *one)
{
	int r;

	if (S_ISLNK(one->now.mode)) {
		one->kind = CHANGE_LINK;
		r = same_link(c, one->path);
		return r < 0 ? r : !r;
	}
	if (S_ISREG(one->now.mode) || S_ISDIR(one->now.mode))
		return compare_open(c, one);
	return 0;
}

int compare_path(const struct compare *c, const char *path, struct err *e)
{
	struct review_change one = { .root = c->root, .path = path };
	int r;

	r = node_at(c->trees->made[c->root], path, &one.now);
	if (r == 0)
		r = node_at(c->trees->roots[c->root].fd, path, &one.old);
	if (r < 0)
		return err_sys(e, r, "cannot compare a path in %s", c->trees->roots[c->root].path);
	if (!one.now.mode)
		return 0;
	if (!one.old.mode)
		one.kind = CHANGE_ADD;
	else if ((one.old.mode & S_IFMT) != (one.now.mode & S_IFMT))
		one.kind = CHANGE_TYPE;
	else
		r = compare_same_type(c, &one);
	if (r < 0)
		return err_sys(e, r, "cannot compare a path in %s", c->trees->roots[c->root].path);
	if (one.kind != CHANGE_ADD && one.kind != CHANGE_TYPE && r == 0)
		return 0;
	if (review_changes_add(c->out, &one) < 0)
		return err_set(e, -ENOMEM, "out of memory for the list of changes");
	if (one.kind == CHANGE_TYPE && S_ISDIR(one.old.mode))
		return compare_deleted(c, path, 1, e);
	return 0;
}

static int deleted_one(void *arg, const struct walk_entry *at, struct err *e)
{
	const struct compare *c = arg;
	struct review_change one = {
		.root = c->root,
		.path = at->path,
		.kind = CHANGE_DELETE,
		.old = at->node,
	};

	if (review_changes_add(c->out, &one) < 0)
		return err_set(e, -ENOMEM, "out of memory for the list of changes");
	return S_ISDIR(at->node.mode);
}

int compare_deleted(const struct compare *c, const char *path, int only_below, struct err *e)
{
	struct compare copy = *c;
	struct walk_entry at = { .path = path };
	int r;

	r = node_at(c->trees->roots[c->root].fd, path, &at.node);
	if (r < 0)
		return err_sys(e, r, "cannot look at a path in %s", c->trees->roots[c->root].path);
	if (!at.node.mode)
		return 0;
	if (!only_below) {
		r = deleted_one(&copy, &at, e);
		if (r <= 0)
			return r;
	}
	if (!S_ISDIR(at.node.mode))
		return 0;
	return walk_tree(&(struct walk_top){ c->trees->roots[c->root].fd, path, false },
			 deleted_one, &copy, e);
}
