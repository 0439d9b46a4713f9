/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox changed: the difference between the host's directories and its store. */
#include "review/changes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "review/compare.h"
#include "review/manifest.h"
#include "review/rename.h"
#include "review/risk.h"
#include "review/rows.h"
#include "review/seal_file.h"
#include "review/walk.h"

void review_trees_done(struct review_trees *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		fd_close(t->made[i]);
	t->n = 0;
}

int review_trees_open(struct review_trees *t, const struct review_root *roots, size_t n,
		      struct err *e)
{
	static const char *const dirs[] = { [REVIEW_OVERLAY] = "upper", [REVIEW_COPY] = "copy" };

	*t = (struct review_trees){ .roots = roots };
	if (n > REVIEW_ROOTS_MAX)
		return err_set(e, -EINVAL, "a review has at most %d roots", REVIEW_ROOTS_MAX);
	for (t->n = 0; t->n < n; t->n++) {
		int fd = path_open_beneath(roots[t->n].store, dirs[roots[t->n].kind],
					   O_RDONLY | O_DIRECTORY, 0);

		if (fd < 0)
			return err_sys(e, fd, "cannot open the changes below %s", roots[t->n].path);
		t->made[t->n] = fd;
	}
	return 0;
}

void review_changes_done(struct review_changes *c)
{
	arena_done(&c->arena);
	free(c->v);
	*c = (struct review_changes){ 0 };
}

int review_changes_add(struct review_changes *c, const struct review_change *one)
{
	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 64;
		struct review_change *v = reallocarray(c->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		c->v = v;
		c->cap = cap;
	}
	c->arena.max = (size_t)1 << 30;
	c->v[c->n] = *one;
	c->v[c->n].path = arena_str(&c->arena, one->path);
	if (!c->v[c->n].path)
		return -ENOMEM;
	c->n++;
	return 0;
}

static int by_path(const void *x, const void *y)
{
	const struct review_change *a = x;
	const struct review_change *b = y;
	const unsigned char *p = (const unsigned char *)a->path;
	const unsigned char *q = (const unsigned char *)b->path;

	if (a->root != b->root)
		return a->root < b->root ? -1 : 1;
	while (*p && *p == *q) {
		p++;
		q++;
	}
	/* The slash comes first, so that what is below a directory follows it at once. */
	if (*p == '/' || *q == '/')
		return *p == *q ? 0 : (*p == '/' ? (*q ? -1 : 1) : (*p ? 1 : -1));
	return *p < *q ? -1 : *p > *q;
}

static bool is_whiteout(int fd, const struct walk_entry *at)
{
	char value[8];

	if (S_ISCHR(at->node.mode))
		return at->node.rdev == 0;
	if (!S_ISREG(at->node.mode) || at->node.size)
		return false;
	fd = path_open_beneath(fd, at->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return false;
	if (fgetxattr(fd, "user.overlay.whiteout", value, sizeof(value)) < 0) {
		fd_close(fd);
		return false;
	}
	fd_close(fd);
	return true;
}

/* What the host has below an opaque directory and the sandbox has not is gone. */
static int opaque_one(void *arg, const struct walk_entry *at, struct err *e)
{
	const struct compare *c = arg;
	struct node now;
	int r;

	r = node_at(c->trees->made[c->root], at->path, &now);
	if (r < 0)
		return err_sys(e, r, "cannot look at a changed path");
	if (!now.mode)
		return compare_deleted(c, at->path, 0, e);
	/* Below it nothing of the host shows either, though it bears no mark of its own. */
	return S_ISDIR(now.mode) && S_ISDIR(at->node.mode);
}

static int overlay_dir(struct compare *c, const struct walk_entry *at, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	struct node host;
	char value[8];
	int r;

	fd = node_open(c->trees->made[c->root], at->path, true);
	if (fd < 0)
		return err_sys(e, fd, "cannot open a changed directory");
	if (fgetxattr(fd, "user.overlay.opaque", value, sizeof(value)) != 1 || value[0] != 'y')
		return 1;
	r = node_at(c->trees->roots[c->root].fd, at->path, &host);
	if (r < 0 || !S_ISDIR(host.mode))
		return r < 0 ? err_sys(e, r, "cannot look at a directory") : 1;
	r = walk_tree(&(struct walk_top){ c->trees->roots[c->root].fd, at->path, false },
		      opaque_one, c, e);
	return r < 0 ? r : 1;
}

static int overlay_one(void *arg, const struct walk_entry *at, struct err *e)
{
	struct compare *c = arg;
	int r;

	if (is_whiteout(c->trees->made[c->root], at))
		return compare_deleted(c, at->path, 0, e);
	r = compare_path(c, at->path, e);
	if (r < 0 || !S_ISDIR(at->node.mode))
		return r;
	return overlay_dir(c, at, e);
}

struct review_change *review_changes_at(const struct review_changes *c, size_t root,
					const char *path)
{
	struct review_change key = { .root = root, .path = path };

	return c->n ? bsearch(&key, c->v, c->n, sizeof(*c->v), by_path) : NULL;
}

static int find_root(const struct review_trees *t, size_t i, struct review_changes *ret,
		     struct err *e)
{
	struct compare c = { .trees = t, .root = i, .out = ret };

	switch (t->roots[i].kind) {
	case REVIEW_OVERLAY:
		return walk_tree(&(struct walk_top){ t->made[i], ".", true }, overlay_one, &c, e);
	case REVIEW_COPY:
		return manifest_compare(&c, e);
	}
	return -EINVAL;
}

/* What was applied before is no longer pending. */
static int drop_done(const struct review_trees *t, struct review_changes *c, struct err *e)
{
	CLEANUP(rows_done) struct rows seal = { 0 };
	size_t i, n = 0;
	int r;

	r = seal_load(t->roots, &seal, e);
	if (r < 0)
		return r;
	for (i = 0; i < c->n; i++) {
		struct row *row = rows_find(&seal, c->v[i].root, c->v[i].path);

		if (row && (row->num[ROW_FLAGS] & SEAL_APPLIED))
			continue;
		c->v[n++] = c->v[i];
	}
	c->n = n;
	return 0;
}

int review_changes_find(const struct review_trees *t, struct review_changes *ret, struct err *e)
{
	size_t i, n;
	int r = 0;

	for (i = 0; i < t->n && r >= 0; i++)
		r = find_root(t, i, ret, e);
	if (r < 0 || ret->n == 0)
		return r;
	r = drop_done(t, ret, e);
	if (r < 0)
		return r;
	if (ret->n > 1)
		qsort(ret->v, ret->n, sizeof(*ret->v), by_path);
	/* An opaque directory inside an opaque directory may list a deletion twice. */
	for (i = 0, n = 0; i < ret->n; i++) {
		if (n == 0 || by_path(&ret->v[n - 1], &ret->v[i]) != 0)
			ret->v[n++] = ret->v[i];
	}
	ret->n = n;
	r = rename_find(t, ret, e);
	if (r == 0)
		risk_mark(t, ret);
	return r;
}
