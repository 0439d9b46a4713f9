/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the sandbox that diff, apply and discard are about, and opens its review. */
#include "cmd/review_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/path.h"
#include "review/journal.h"
#include "review/seal.h"

#define ID_MIN 6 /* as much of an id as the summary of a run shows */

void review_open_done(struct review_open *o)
{
	review_changes_done(&o->changes);
	review_trees_done(&o->trees);
	box_review_done(&o->review);
	store_box_done(&o->box);
}

struct newest {
	char cwd[PATH_MAX];
	char id[STORE_ID_LEN + 1];
	uint64_t start_ns;
};

static int look_at(struct store_box *box, void *arg)
{
	CLEANUP(record_done) struct record rec = { 0 };
	struct newest *best = arg;

	if (store_is_running(box) || record_load(box, &rec, NULL) < 0 || rec.roots_n == 0)
		return 0;
	if (!rec.root[0].host || !path_within(best->cwd, rec.root[0].host) ||
	    rec.start_ns < best->start_ns)
		return 0;
	best->start_ns = rec.start_ns;
	memcpy(best->id, box->id, sizeof(best->id));
	return 0;
}

static int find_newest(struct store_box *box, struct err *e)
{
	struct newest best = { 0 };
	int r;

	if (!getcwd(best.cwd, sizeof(best.cwd)))
		return err_sys(e, -errno, "cannot tell the current directory");
	r = store_each(look_at, &best, e);
	if (r < 0)
		return r;
	if (!best.id[0])
		return err_set(e, -ENOENT,
			       "no ended sandbox with changes for this directory; name one: see "
			       "tiercel ps -a");
	return store_find(best.id, box, e);
}

/*
 * A few letters that begin an id are as likely a file, and what is meant as one path shall not
 * settle all of a sandbox. What exists under that name here has to be written ./NAME or given with
 * more of the id.
 */
static int find_named(const char *which, struct store_box *box, struct err *e)
{
	int r = store_find(which, box, NULL);

	/* Several fit: too few letters in any case. */
	if (r < 0)
		return -ENOENT;
	if (strlen(which) == STORE_ID_LEN)
		return 0;
	if (strncmp(box->id, which, strlen(which)) == 0 && strlen(which) < ID_MIN) {
		store_box_done(box);
		return -ENOENT;
	}
	if (faccessat(AT_FDCWD, which, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, -EINVAL,
			       "\"%s\" is a sandbox and a file here; write ./%s, or the id %s",
			       which, which, box->id);
	return 0;
}

int review_open_box(struct review_open *o, int *argc, char ***argv, struct err *e)
{
	int r = -ENOENT;

	if (*argc > 0) {
		r = find_named(**argv, &o->box, e);
		if (r == -EINVAL)
			return r;
		if (r >= 0) {
			(*argc)--;
			(*argv)++;
		}
	}
	if (r < 0)
		r = find_newest(&o->box, e);
	if (r < 0)
		return r;
	if (store_is_running(&o->box))
		return err_set(e, -EBUSY, "sandbox %s is still running", o->box.id);
	return 0;
}

/* Whether a killed apply waits to be finished or undone; then a mere look must wait for that too.
 */
static bool has_journal(const struct review_open *o)
{
	return faccessat(o->review.root[0].store, "journal", F_OK, 0) == 0;
}

int review_open_changes(struct review_open *o, bool may_write, struct err *e)
{
	int r = box_review_open(&o->box, &o->review, e);

	if (r < 0 || o->review.n == 0)
		return r;
	r = review_trees_open(&o->trees, o->review.root, o->review.n, e);
	if (r < 0)
		return r;
	if (may_write || has_journal(o)) {
		r = store_hold(&o->box, e);
		if (r == 0)
			r = journal_recover(&o->trees, e);
	}
	if (r == 0 && may_write)
		r = review_seal_late(o->review.root, o->review.n, e);
	return r < 0 ? r : review_changes_find(&o->trees, &o->changes, e);
}

/* Whether @name of root @root is @path or lies below it. */
static bool is_named(const struct review_open *o, size_t root, const char *name, const char *path)
{
	char full[2 * PATH_MAX];
	size_t n;

	if (snprintf(full, sizeof(full), "%s/%s", o->review.root[root].path, name) < 0)
		return false;
	/* "." and a directory of the host name all below it. */
	n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	return strncmp(full, path, n) == 0 && (full[n] == '\0' || full[n] == '/');
}

/* Named from the workspace's top first, as diff prints it; then from where one stands. */
static size_t pick_as(struct review_open *o, const char *base, const char *path)
{
	char full[2 * PATH_MAX];
	size_t i, count = 0;

	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (strcmp(path, ".") == 0 || *path == '\0')
		snprintf(full, sizeof(full), "%s", base);
	else
		snprintf(full, sizeof(full), "%s%s%s", *path == '/' ? "" : base,
			 *path == '/' ? "" : "/", path);
	for (i = 0; i < o->changes.n; i++) {
		struct review_change *c = &o->changes.v[i];

		/* Either name of a rename means all of it. */
		if (!is_named(o, c->root, c->path, full) &&
		    !(c->from && is_named(o, c->root, c->from, full)))
			continue;
		c->is_picked = true;
		count++;
	}
	return count;
}

int review_open_pick(struct review_open *o, int argc, char **argv, struct err *e)
{
	AUTO_BUF struct buf shown = BUF_INIT(65536);
	char cwd[PATH_MAX];
	size_t i;
	int k;

	for (i = 0; i < o->changes.n && argc == 0; i++)
		o->changes.v[i].is_picked = true;
	for (k = 0; k < argc; k++) {
		if (o->review.n && pick_as(o, o->review.root[0].path, argv[k]) > 0)
			continue;
		if (o->review.n && getcwd(cwd, sizeof(cwd)) && pick_as(o, cwd, argv[k]) > 0)
			continue;
		buf_escape(&shown, argv[k], strlen(argv[k]));
		return err_set(e, -ENOENT, "%s names neither a sandbox nor a pending change",
			       shown.p ? shown.p : "");
	}
	return 0;
}
