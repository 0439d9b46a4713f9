/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a private copy: what it held at the start, to find what changed since. */
#include "review/manifest.h"

#include <errno.h>

#include "review/changes.h"
#include "review/compare.h"
#include "review/rows.h"
#include "review/seal_file.h"
#include "review/walk.h"

#define SEEN (1ULL << 63)

struct copy_walk {
	struct compare *compare;
	struct rows rows;
};

static void copy_walk_done(struct copy_walk *w)
{
	rows_done(&w->rows);
}

/* A directory's own attributes show in its ctime, which moves with its entries as well. */
static bool is_same(const struct row *row, const struct node *n)
{
	return seal_row_holds(row, n) && (!S_ISDIR(n->mode) || row->num[ROW_CTIME] == n->ctime);
}

static int copy_one(void *arg, const struct walk_entry *at, struct err *e)
{
	struct copy_walk *w = arg;
	struct row *row = rows_find(&w->rows, 0, at->path);
	int r = 0;

	if (row)
		row->num[ROW_FLAGS] |= SEEN;
	if (!row || !is_same(row, &at->node))
		r = compare_path(w->compare, at->path, e);
	return r < 0 ? r : S_ISDIR(at->node.mode);
}

int manifest_compare(struct compare *c, struct err *e)
{
	CLEANUP(copy_walk_done) struct copy_walk w = { .compare = c };
	size_t i;
	int r;

	r = rows_load(&w.rows, c->trees->roots[c->root].store, "manifest", e);
	if (r < 0)
		return r;
	rows_sort(&w.rows);
	r = walk_tree(&(struct walk_top){ c->trees->made[c->root], ".", true }, copy_one, &w, e);
	for (i = 0; i < w.rows.n && r == 0; i++) {
		struct node host;

		if (w.rows.v[i].num[ROW_FLAGS] & SEEN)
			continue;
		r = node_at(c->trees->roots[c->root].fd, w.rows.v[i].a, &host);
		if (r == 0 && host.mode) {
			struct review_change one = {
				.root = c->root,
				.path = w.rows.v[i].a,
				.kind = CHANGE_DELETE,
				.old = host,
			};

			r = review_changes_add(c->out, &one);
		}
		if (r < 0)
			err_sys(e, r, "cannot compare with the manifest");
	}
	return r;
}
