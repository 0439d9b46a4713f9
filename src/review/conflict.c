/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what changed on the host as well, and merges it where that can be done. */
#include "review/conflict.h"

#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/file.h"
#include "review/apply.h"
#include "review/changes.h"
#include "review/compare.h"
#include "review/merge.h"
#include "review/risk.h"
#include "review/seal_file.h"
#include "review/textdiff.h"

struct check {
	const struct review_trees *trees;
	struct rows seal;
};

static void check_done(struct check *k)
{
	rows_done(&k->seal);
}

/* A path that the seal does not know came to differ by what the host did since. */
static bool is_changed(const struct check *k, size_t root, const char *path,
		       const struct node *host)
{
	const struct row *row = rows_find(&k->seal, root, path);

	return !row || (row->num[ROW_FLAGS] & SEAL_DURING) || !seal_row_holds(row, host);
}

/* A new mode goes with whatever content the host has now. */
static bool is_mode_free(const struct check *k, const struct review_change *c)
{
	const struct row *row = rows_find(&k->seal, c->root, c->path);

	return c->kind == CHANGE_MODE && row && !(row->num[ROW_FLAGS] & SEAL_DURING) &&
	       row->num[ROW_MODE] == c->old.mode;
}

static int read_side(int dir, const char *path, bool is_ours, struct buf *b)
{
	AUTO_CLOSE int fd = node_open(dir, path, is_ours);
	int r;

	if (fd < 0)
		return fd;
	r = file_read_fd(fd, b);
	if (r == 0 && b->n && memchr(b->p, '\0', b->n))
		r = -EILSEQ;
	return r;
}

static int merge_texts(const struct buf *in, struct buf *out)
{
	CLEANUP(text_done) struct text base = { 0 };
	CLEANUP(text_done) struct text ours = { 0 };
	CLEANUP(text_done) struct text theirs = { 0 };

	if (text_init(&base, in[0].p, in[0].n) < 0 || text_init(&ours, in[1].p, in[1].n) < 0 ||
	    text_init(&theirs, in[2].p, in[2].n) < 0)
		return -ENOMEM;
	return merge3(&base, &ours, &theirs, out);
}

/* The mode of the side that changed it. Returns -EBUSY when both did, each another way. */
static int merge_modes(const struct row *row, const struct review_change *c,
		       struct apply_item *item)
{
	mode_t base = (mode_t)row->num[ROW_MODE] & 07777;
	mode_t host = c->old.mode & 07777;
	mode_t box = c->now.mode & 07777;

	if (host == base || host == box)
		return 0;
	if (box != base)
		return -EBUSY;
	item->mode = host;
	return 0;
}

/* What they were before is not known, so that two that differ cannot be merged. */
static bool has_same_xattrs(const struct check *k, const struct review_change *c)
{
	AUTO_CLOSE int host = node_open(k->trees->roots[c->root].fd, c->path, false);
	AUTO_CLOSE int made = node_open(k->trees->made[c->root], c->path, true);

	return host >= 0 && made >= 0 && compare_xattrs(host, made) == 1;
}

/* What both sides began with: kept, or still what the sandbox has. */
static int read_base(const struct check *k, const struct review_change *c, const struct row *row,
		     struct buf *base)
{
	if (row->num[ROW_FLAGS] & SEAL_SAME)
		return read_side(k->trees->made[c->root], c->path, true, base);
	return seal_text_load(&k->trees->roots[c->root], row->num[ROW_KIND], base);
}

/* Returns CONFLICT_NONE when the host's bytes are still the base's, else MERGED or HOST. */
static enum conflict merge_one(const struct check *k, const struct review_change *c,
			       struct apply_item *item)
{
	const struct row *row = rows_find(&k->seal, c->root, c->path);
	AUTO_BUF struct buf base = BUF_INIT(SEAL_TEXT_MAX);
	AUTO_BUF struct buf ours = BUF_INIT(SEAL_TEXT_MAX);
	AUTO_BUF struct buf theirs = BUF_INIT(SEAL_TEXT_MAX);
	struct buf in[3];

	if (!row || c->kind != CHANGE_MODIFY || !(row->num[ROW_FLAGS] & (SEAL_TEXT | SEAL_SAME)) ||
	    (row->num[ROW_FLAGS] & SEAL_DURING))
		return CONFLICT_HOST;
	if (read_base(k, c, row, &base) < 0 ||
	    read_side(k->trees->roots[c->root].fd, c->path, false, &ours) < 0 ||
	    read_side(k->trees->made[c->root], c->path, true, &theirs) < 0)
		return CONFLICT_HOST;
	if (!has_same_xattrs(k, c) || merge_modes(row, c, item) < 0)
		return CONFLICT_HOST;
	if (base.n == ours.n && (base.n == 0 || memcmp(base.p, ours.p, base.n) == 0))
		return CONFLICT_NONE;
	in[0] = base;
	in[1] = ours;
	in[2] = theirs;
	item->content = BUF_INIT(3 * SEAL_TEXT_MAX);
	if (merge_texts(in, &item->content) != 0) {
		buf_done(&item->content);
		return CONFLICT_HOST;
	}
	item->has_content = true;
	return CONFLICT_MERGED;
}

static int check_one(const struct check *k, const struct review_change *c, struct apply_item *item)
{
	struct node from;
	int r;

	if (c->flags & RISK_SPECIAL) {
		item->conflict = CONFLICT_SPECIAL;
		return 1;
	}
	if (c->kind == CHANGE_RENAME) {
		r = node_at(k->trees->roots[c->root].fd, c->from, &from);
		if (r < 0)
			return r;
		if (is_changed(k, c->root, c->from, &from))
			item->conflict = CONFLICT_HOST;
	}
	if (item->conflict == CONFLICT_NONE && is_changed(k, c->root, c->path, &c->old) &&
	    !is_mode_free(k, c))
		item->conflict = merge_one(k, c, item);
	return item->conflict == CONFLICT_HOST;
}

int apply_check(const struct review_trees *t, const struct review_changes *c,
		struct apply_item *items, struct err *e)
{
	CLEANUP(check_done) struct check k = { .trees = t };
	int count = 0;
	size_t i;
	int r;

	r = seal_load(t->roots, &k.seal, e);
	for (i = 0; i < c->n && r >= 0; i++) {
		if (!c->v[i].is_picked)
			continue;
		r = check_one(&k, &c->v[i], &items[i]);
		count += r > 0;
	}
	return r < 0 ? err_in(e, r, "cannot look for conflicts") : count;
}
