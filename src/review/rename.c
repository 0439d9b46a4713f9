/* SPDX-License-Identifier: Apache-2.0 */
/* Finds renames: a deleted file and an added one with the same bytes. */
#include "review/rename.h"

#include <errno.h>

#include "base/fd.h"
#include "review/changes.h"

#define READ_BUDGET ((uint64_t)256 << 20)
#define TRY_BUDGET 20000

struct renames {
	const struct review_trees *trees;
	struct review_changes *all;
	uint64_t bytes;
	size_t tries;
};

static bool is_file(const struct review_change *c, enum change_kind kind)
{
	const struct node *n = kind == CHANGE_ADD ? &c->now : &c->old;

	return c->kind == kind && S_ISREG(n->mode) && n->size > 0;
}

static bool is_same(struct renames *s, const struct review_change *gone,
		    const struct review_change *made)
{
	AUTO_CLOSE int a = -EBADF;
	AUTO_CLOSE int b = -EBADF;

	if (s->tries >= TRY_BUDGET || s->bytes + made->now.size > READ_BUDGET)
		return false;
	s->tries++;
	s->bytes += made->now.size;
	a = node_open(s->trees->roots[gone->root].fd, gone->path, false);
	b = node_open(s->trees->made[made->root], made->path, true);
	return a >= 0 && b >= 0 && node_same_bytes(a, b) == 1;
}

static int by_size(const void *x, const void *y)
{
	const struct review_change *const *a = x;
	const struct review_change *const *b = y;

	if ((*a)->old.size != (*b)->old.size)
		return (*a)->old.size < (*b)->old.size ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

/* The first of the deletions, sorted by size, that is at least @size. */
static size_t first_of(struct review_change **gone, size_t n, uint64_t size)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (gone[mid]->old.size < size)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

static void match(struct renames *s, struct review_change **gone, size_t n,
		  struct review_change *made)
{
	size_t i;

	for (i = first_of(gone, n, made->now.size); i < n && gone[i]->old.size == made->now.size;
	     i++) {
		if (gone[i]->kind != CHANGE_DELETE || gone[i]->root != made->root ||
		    !is_same(s, gone[i], made))
			continue;
		made->kind = CHANGE_RENAME;
		made->from = gone[i]->path;
		gone[i]->kind = CHANGE_KIND_END;
		return;
	}
}

int rename_find(const struct review_trees *t, struct review_changes *c, struct err *e)
{
	AUTO_FREE struct review_change **gone = calloc(c->n + 1, sizeof(*gone));
	struct renames s = { .trees = t, .all = c };
	size_t i, n = 0;

	if (!gone)
		return err_set(e, -ENOMEM, "out of memory for renames");
	for (i = 0; i < c->n; i++) {
		if (is_file(&c->v[i], CHANGE_DELETE))
			gone[n++] = &c->v[i];
	}
	if (n == 0)
		return 0;
	qsort(gone, n, sizeof(*gone), by_size);
	for (i = 0; i < c->n; i++) {
		if (is_file(&c->v[i], CHANGE_ADD))
			match(&s, gone, n, &c->v[i]);
	}
	for (i = 0, n = 0; i < c->n; i++) {
		if (c->v[i].kind != CHANGE_KIND_END)
			c->v[n++] = c->v[i];
	}
	c->n = n;
	return 0;
}
