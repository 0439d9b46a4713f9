/* SPDX-License-Identifier: Apache-2.0 */
/* Applies chosen changes to the host: all of them, or none. */
#include "review/apply.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "review/apply_stage.h"
#include "review/changes.h"
#include "review/git_path.h"
#include "review/journal.h"

#define RANK_LAST 4

void apply_items_free(struct apply_item *v, size_t n)
{
	size_t i;

	for (i = 0; v && i < n; i++)
		buf_done(&v[i].content);
	free(v);
}

static bool is_below(const struct review_change *c, const struct review_change *top)
{
	size_t n = strlen(top->path);

	return c->root == top->root && strncmp(c->path, top->path, n) == 0 && c->path[n] == '/';
}

static bool is_new_dir(const struct review_change *c)
{
	return S_ISDIR(c->now.mode) && !S_ISDIR(c->old.mode);
}

static bool is_lost_dir(const struct review_change *c)
{
	return S_ISDIR(c->old.mode) && !S_ISDIR(c->now.mode);
}

/* The directory at @i follows what is below it; those come right after it. */
static void close_one(struct review_changes *c, size_t i)
{
	struct review_change *top = &c->v[i];
	size_t k;

	for (k = i + 1; k < c->n && is_below(&c->v[k], top); k++) {
		if (is_new_dir(top) && c->v[k].is_picked && !top->is_held)
			top->is_picked = true;
		if (is_lost_dir(top) && !c->v[k].is_picked && c->v[k].old.mode)
			top->is_picked = false;
	}
}

/* What came or went with a directory waits with it. */
static void hold_below(struct review_changes *c, size_t i)
{
	size_t k;

	for (k = i + 1; k < c->n && is_below(&c->v[k], &c->v[i]); k++) {
		c->v[k].is_held = c->v[k].is_held || c->v[k].is_picked;
		c->v[k].is_picked = false;
	}
}

/*
 * The next directory that goes above the old name of a rename, from the top down; NULL past the
 * last. @at begins at 0.
 */
static struct review_change *next_above(const struct review_changes *c,
					const struct review_change *one, size_t *at)
{
	struct review_change *top = NULL;
	char path[PATH_MAX];
	const char *end;

	while (!top && (end = strchr(one->from + *at, '/'))) {
		size_t n = (size_t)(end - one->from);

		*at = n + 1;
		if (n >= sizeof(path))
			return NULL;
		memcpy(path, one->from, n);
		path[n] = '\0';
		top = review_changes_at(c, one->root, path);
		if (top && !is_lost_dir(top))
			top = NULL;
	}
	return top;
}

/* What leaves a directory that waits, waits; and what does not leave keeps its directory. */
static void hold_rename(struct review_changes *c, struct review_change *one)
{
	struct review_change *top;
	size_t at = 0;

	while (one->is_picked && (top = next_above(c, one, &at))) {
		one->is_held = top->is_held;
		one->is_picked = !top->is_held;
	}
	for (at = 0; !one->is_picked && (top = next_above(c, one, &at));)
		top->is_picked = false;
}

static void hold_all(struct review_changes *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->v[i].is_held && (is_new_dir(&c->v[i]) || is_lost_dir(&c->v[i])))
			hold_below(c, i);
	}
	for (i = 0; i < c->n; i++) {
		if (c->v[i].from)
			hold_rename(c, &c->v[i]);
	}
}

/* A new directory whose place is still taken cannot be entered. */
static void drop_orphans(struct review_changes *c, size_t i)
{
	size_t k;

	for (k = i + 1; k < c->n && is_below(&c->v[k], &c->v[i]); k++) {
		if (!S_ISDIR(c->v[i].old.mode))
			c->v[k].is_picked = false;
	}
}

void apply_pick_closed(struct review_changes *c)
{
	size_t i;

	hold_all(c);
	for (i = c->n; i-- > 0;) {
		if (S_ISDIR(c->v[i].now.mode) || S_ISDIR(c->v[i].old.mode))
			close_one(c, i);
	}
	for (i = 0; i < c->n; i++) {
		if (is_new_dir(&c->v[i]) && !c->v[i].is_picked)
			drop_orphans(c, i);
	}
}

/* Of a repository its objects first and what points at them last; all directories before. */
static int rank(const struct review_root *r, const struct review_change *c)
{
	const char *inside = git_inside(r, c->path);
	const char *slash = strrchr(c->path, '/');
	const char *last = slash ? slash + 1 : c->path;

	if (S_ISDIR(c->now.mode))
		return 0;
	if (!inside)
		return 2;
	if (git_component(inside, "objects"))
		return 1;
	if (git_component(inside, "refs") || strcmp(last, "packed-refs") == 0)
		return 3;
	return strcmp(last, "HEAD") == 0 || strcmp(last, "index") == 0 ? 4 : 2;
}

static int plan_row(struct journal *j, const struct review_change *c, enum journal_op op,
		    const char *path, const struct node *old)
{
	struct row row = { .a = path };

	row.num[ROW_KIND] = op;
	row.num[ROW_ROOT] = c->root;
	row.num[ROW_SIZE] = j->rows.n;
	row.num[ROW_MODE] = c->now.mode;
	row.num[ROW_OLD_INO] = old->ino;
	row.num[ROW_OLD_SIZE] = old->size;
	row.num[ROW_OLD_MTIME] = old->mtime;
	return rows_add(&j->rows, &row);
}

static bool is_meta(const struct review_change *c)
{
	return c->kind == CHANGE_MODE || (c->kind == CHANGE_XATTR && S_ISDIR(c->now.mode));
}

/*
 * Deleted objects go last of all, after what pointed at them; unless their directory goes too,
 * which must be empty when its turn comes.
 */
static bool is_late(const struct journal *j, const struct review_changes *c,
		    const struct review_change *one)
{
	const char *inside = git_inside(&j->trees->roots[one->root], one->path);
	const char *objects = inside ? git_component(inside, "objects") : NULL;
	const struct review_change *top;
	char path[PATH_MAX];
	size_t n;

	if (!objects || one->kind != CHANGE_DELETE)
		return false;
	n = (size_t)(objects - one->path) + strlen("objects");
	if (n >= sizeof(path))
		return false;
	memcpy(path, one->path, n);
	path[n] = '\0';
	top = review_changes_at(c, one->root, path);
	return !top || !is_lost_dir(top);
}

/* The old name of a rename; one that is gone by now needs nothing. */
static int plan_from(struct journal *j, const struct review_change *one)
{
	struct node from;
	int r;

	r = node_at(j->trees->roots[one->root].fd, one->from, &from);
	return r < 0 || !from.mode ? r : plan_row(j, one, JOURNAL_DELETE, one->from, &from);
}

/* Deletions, deepest first, so that each directory is empty when its turn comes. */
static int plan_deletes(struct journal *j, const struct review_changes *c, bool want_late)
{
	size_t i;
	int r = 0;

	/* What was renamed away lies elsewhere in the order than the directory that it leaves. */
	for (i = 0; i < c->n && r == 0 && !want_late; i++) {
		if (c->v[i].is_picked && c->v[i].kind == CHANGE_RENAME)
			r = plan_from(j, &c->v[i]);
	}
	for (i = c->n; i-- > 0 && r == 0;) {
		const struct review_change *one = &c->v[i];

		if (one->is_picked && one->kind == CHANGE_DELETE && is_late(j, c, one) == want_late)
			r = plan_row(j, one, JOURNAL_DELETE, one->path, &one->old);
	}
	return r;
}

static int plan_place(struct journal *j, const struct review_changes *c, size_t i,
		      const struct apply_item *item)
{
	const struct review_change *one = &c->v[i];
	int r;

	if (is_meta(one))
		return 0;
	r = plan_row(j, one, JOURNAL_PLACE, one->path, &one->old);
	if (r == 0) {
		j->rows.v[j->rows.n - 1].num[ROW_FLAGS] = item->is_partial;
		j->rows.v[j->rows.n - 1].num[ROW_DEV] = i;
	}
	return r;
}

/* Modes of what is inside a directory come before its own, which may close it. */
static int plan_metas(struct journal *j, const struct review_changes *c)
{
	size_t i;
	int r = 0;

	for (i = c->n; i-- > 0 && r == 0;) {
		if (c->v[i].is_picked && (is_meta(&c->v[i]) || is_new_dir(&c->v[i])))
			r = plan_row(j, &c->v[i], JOURNAL_META, c->v[i].path, &c->v[i].old);
	}
	return r;
}

static int plan_all(struct journal *j, const struct review_changes *c,
		    const struct apply_item *items)
{
	size_t i;
	int r, want;

	r = plan_deletes(j, c, false);
	for (want = 0; want <= RANK_LAST; want++) {
		for (i = 0; i < c->n && r == 0; i++) {
			const struct review_change *one = &c->v[i];

			if (one->is_picked && one->kind != CHANGE_DELETE &&
			    rank(&j->trees->roots[one->root], one) == want)
				r = plan_place(j, c, i, &items[i]);
		}
	}
	if (r == 0)
		r = plan_deletes(j, c, true);
	return r < 0 ? r : plan_metas(j, c);
}

static int begin(struct journal *j, struct err *e)
{
	struct row head = { .num[ROW_KIND] = JOURNAL_HEAD };
	char name[48];
	uint64_t number = 0;

	if (getrandom(&number, sizeof(number), 0) < 0)
		return err_sys(e, -errno, "cannot make a staging name");
	snprintf(name, sizeof(name), JOURNAL_STAGE "%016llx", (unsigned long long)number);
	head.a = name;
	return rows_add(&j->rows, &head) < 0 ? err_set(e, -ENOMEM, "out of memory") : 0;
}

static int carry_out(struct journal *j, const struct review_changes *c, struct apply_item *items,
		     struct err *e)
{
	int r;

	r = journal_save(j, JOURNAL_INTENT, e);
	if (r == 0)
		r = journal_open_stages(j, true, e);
	if (r == 0)
		r = apply_stage(j, c, items, e);
	if (r == 0)
		r = journal_save(j, JOURNAL_STAGED, e);
	if (r < 0) {
		(void)journal_abandon(j);
		return r;
	}
	r = journal_swap(j, e);
	return r < 0 ? r : journal_commit(j, e);
}

int apply_run(const struct review_trees *t, const struct review_changes *c,
	      struct apply_item *items, struct err *e)
{
	CLEANUP(journal_done) struct journal j = JOURNAL_INIT(t);
	size_t i;
	int count = 0;
	int r;

	for (i = 0; i < c->n; i++)
		count += c->v[i].is_picked;
	if (count == 0)
		return 0;
	r = begin(&j, e);
	if (r < 0)
		return r;
	r = plan_all(&j, c, items);
	if (r < 0)
		return err_sys(e, r, "cannot plan the apply");
	r = carry_out(&j, c, items, e);
	return r < 0 ? r : count;
}
