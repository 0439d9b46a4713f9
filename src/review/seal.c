/* SPDX-License-Identifier: Apache-2.0 */
/* What the host looked like when a sandbox ended, so that later edits are seen and merged. */
#include "review/seal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "review/changes.h"
#include "review/risk.h"
#include "review/seal_file.h"
#include "review/show.h"

#define LOOK_SHOWN 3
#define LOOK_TEXT_MAX 65536

/* A copy of the host's original, where it is text of a size that one merges. */
static int keep_text(const struct review_trees *t, const struct review_change *c, struct row *row,
		     struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(SEAL_TEXT_MAX);
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = node_open(t->roots[c->root].fd, c->path, false);
	if (fd < 0 || file_read_fd(fd, &text) < 0 || (text.n && memchr(text.p, '\0', text.n)))
		return 0;
	r = seal_text_save(&t->roots[c->root], row->num[ROW_KIND], &text, e);
	if (r == 0)
		row->num[ROW_FLAGS] |= SEAL_TEXT;
	return r;
}

static int seal_one(const struct review_trees *t, const struct review_change *c, struct rows *out,
		    struct err *e)
{
	struct row row = { .a = c->path };
	int r = 0;

	row.num[ROW_KIND] = out->n;
	row.num[ROW_ROOT] = c->root;
	seal_row_of(&c->old, &row);
	if (c->old.mode && !S_ISDIR(c->old.mode) && c->old.ctime >= t->roots[c->root].start_ns)
		row.num[ROW_FLAGS] |= SEAL_DURING;
	else if (c->kind == CHANGE_MODE || c->kind == CHANGE_XATTR)
		row.num[ROW_FLAGS] |= SEAL_SAME;
	else if (c->kind == CHANGE_MODIFY && c->old.size <= SEAL_TEXT_MAX)
		r = keep_text(t, c, &row, e);
	if (r == 0 && rows_add(out, &row) < 0)
		r = err_set(e, -ENOMEM, "out of memory for the seal");
	return r;
}

/* The old name of a rename is a path of its own. */
static int seal_from(const struct review_trees *t, const struct review_change *c, struct rows *out,
		     struct err *e)
{
	struct row row = { .a = c->from };
	struct node old;
	int r;

	r = node_at(t->roots[c->root].fd, c->from, &old);
	if (r < 0)
		return err_sys(e, r, "cannot look at a changed path");
	row.num[ROW_KIND] = out->n;
	row.num[ROW_ROOT] = c->root;
	seal_row_of(&old, &row);
	if (old.ctime >= t->roots[c->root].start_ns)
		row.num[ROW_FLAGS] |= SEAL_DURING;
	return rows_add(out, &row) < 0 ? err_set(e, -ENOMEM, "out of memory for the seal") : 0;
}

/* Three are enough to say what kind of thing it is; diff shows all. */
static void count_one(const struct review_trees *t, const struct review_change *c,
		      struct review_counts *counts)
{
	AUTO_BUF struct buf text = BUF_INIT(LOOK_TEXT_MAX);
	size_t used = strlen(counts->look);

	counts->files++;
	counts->kind[c->kind]++;
	if (!(c->flags & RISK_LOUD) || counts->risky++ >= LOOK_SHOWN)
		return;
	buf_str(&text, used > 0 ? ", " : "");
	show_name(t, c, c->path, &text);
	buf_str(&text, " (");
	risk_words(c->flags, &text);
	buf_str(&text, ")");
	/* A name too long for the line is left to diff. */
	if (text.err == 0 && text.n < sizeof(counts->look) - used)
		memcpy(counts->look + used, text.p, text.n + 1);
}

int review_seal(const struct review_root *roots, size_t n, struct review_counts *ret, struct err *e)
{
	CLEANUP(review_trees_done) struct review_trees t = { 0 };
	CLEANUP(review_changes_done) struct review_changes c = { 0 };
	CLEANUP(rows_done) struct rows out = { 0 };
	struct review_counts counts = { 0 };
	size_t i;
	int r;

	r = review_trees_open(&t, roots, n, e);
	if (r == 0)
		r = review_changes_find(&t, &c, e);
	for (i = 0; i < c.n && r == 0; i++) {
		count_one(&t, &c.v[i], &counts);
		r = seal_one(&t, &c.v[i], &out, e);
		if (r == 0 && c.v[i].from)
			r = seal_from(&t, &c.v[i], &out, e);
	}
	if (r == 0 && out.n)
		r = seal_save(roots, &out, e);
	if (r == 0)
		*ret = counts;
	return r;
}

int review_seal_late(const struct review_root *roots, size_t n, struct err *e)
{
	struct review_counts counts;

	if (n == 0 || faccessat(roots[0].store, "seal", F_OK, 0) == 0)
		return 0;
	return review_seal(roots, n, &counts, e);
}
