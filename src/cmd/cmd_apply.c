/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel apply: give what a sandbox changed to the host. */
#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "cmd/command.h"
#include "cmd/review_hunks.h"
#include "cmd/review_json.h"
#include "cmd/review_open.h"
#include "cmd/rows.h"
#include "review/apply.h"
#include "review/conflict.h"
#include "review/risk.h"
#include "review/show.h"
#include "sandbox/removal.h"

#define LINE_MAX_BYTES 65536

struct apply_args {
	bool hunks;
	bool protect;
	bool dry_run;
	bool skip_conflicts;
	bool json;
};

static const struct opt apply_opts[] = {
	{ 0, "hunks", OPT_FLAG, offsetof(struct apply_args, hunks), NULL, "ask hunk by hunk" },
	{ 0, "protected", OPT_FLAG, offsetof(struct apply_args, protect), NULL,
	  "apply protected paths as well" },
	{ 0, "dry-run", OPT_FLAG, offsetof(struct apply_args, dry_run), NULL,
	  "say what would be done" },
	{ 0, "skip-conflicts", OPT_FLAG, offsetof(struct apply_args, skip_conflicts), NULL,
	  "apply the rest and leave conflicts pending" },
	{ 0, "json", OPT_FLAG, offsetof(struct apply_args, json), NULL, "as JSON" },
	{ 0 },
};

static void say(const struct review_open *o, const struct review_change *c, const char *what,
		FILE *to)
{
	AUTO_BUF struct buf line = BUF_INIT(LINE_MAX_BYTES);

	show_name(&o->trees, c, c->path, &line);
	fprintf(to, "%s%s: %s\n", to == stderr ? "tiercel: " : "", what, line.p ? line.p : "");
}

static void hold(struct review_change *c)
{
	c->is_picked = false;
	c->is_held = true;
}

/* Protected paths wait for --protected. Returns how many are held back. */
static size_t hold_protected(struct review_open *o)
{
	size_t i, held = 0;

	for (i = 0; i < o->changes.n; i++) {
		struct review_change *c = &o->changes.v[i];

		if (!c->is_picked || !(c->flags & RISK_PROTECTED))
			continue;
		hold(c);
		held++;
		say(o, c, "held back, needs --protected", stderr);
	}
	return held;
}

/* Returns how many conflicts stay; those are no longer picked. */
static size_t tell_conflicts(struct review_open *o, const struct apply_item *items)
{
	size_t i, n = 0;

	for (i = 0; i < o->changes.n; i++) {
		struct review_change *c = &o->changes.v[i];

		if (!c->is_picked)
			continue;
		if (items[i].conflict == CONFLICT_MERGED)
			say(o, c, "merged with the host's own change", stderr);
		if (items[i].conflict == CONFLICT_SPECIAL) {
			say(o, c, "never applied, a device, fifo or socket", stderr);
			hold(c);
		}
		if (items[i].conflict != CONFLICT_HOST)
			continue;
		say(o, c, "conflict, changed on the host since the start", stderr);
		hold(c);
		n++;
	}
	return n;
}

/* Whether anything but the picked changes is pending. */
static bool is_all_done(const struct review_open *o, const struct apply_item *items)
{
	size_t i;

	for (i = 0; i < o->changes.n; i++) {
		if (!o->changes.v[i].is_picked || items[i].is_partial)
			return false;
	}
	return true;
}

static int finish(struct review_open *o, const struct apply_args *a, struct apply_item *items,
		  struct err *e)
{
	bool is_done = is_all_done(o, items);
	size_t i;
	int r, count = 0;

	if (!a->dry_run)
		count = apply_run(&o->trees, &o->changes, items, e);
	if (count < 0)
		return count;
	for (i = 0; i < o->changes.n && !a->json; i++) {
		if (o->changes.v[i].is_picked)
			say(o, &o->changes.v[i], a->dry_run ? "would apply" : "applied", stdout);
	}
	r = a->json ? review_json(o, items, true, e) : 0;
	if (r < 0 || a->dry_run || !is_done)
		return r;
	return store_remove(&o->box, e);
}

/* Closes the choice, and names what was chosen and has to wait for another change. */
static int close_choice(struct review_open *o, struct err *e)
{
	size_t i, n = o->changes.n;
	AUTO_FREE bool *was = calloc(n + 1, sizeof(*was));

	if (!was)
		return err_set(e, -ENOMEM, "out of memory for the apply");
	for (i = 0; i < n; i++)
		was[i] = o->changes.v[i].is_picked;
	apply_pick_closed(&o->changes);
	for (i = 0; i < n; i++) {
		if (was[i] && !o->changes.v[i].is_picked)
			say(o, &o->changes.v[i], "held back, waits for another change", stderr);
	}
	return 0;
}

static int apply_picked(struct review_open *o, const struct apply_args *a, struct apply_item *items,
			struct err *e)
{
	size_t conflicts, i;
	int r;

	if (!a->protect)
		(void)hold_protected(o);
	r = apply_check(&o->trees, &o->changes, items, e);
	if (r < 0)
		return r;
	conflicts = tell_conflicts(o, items);
	if (conflicts && !a->skip_conflicts) {
		for (i = 0; i < o->changes.n; i++)
			hold(&o->changes.v[i]);
		fprintf(stderr,
			"tiercel: %zu conflict%s, nothing was applied; --skip-conflicts applies "
			"the rest\n",
			conflicts, conflicts == 1 ? "" : "s");
		r = a->json ? review_json(o, items, true, e) : 0;
		return r < 0 ? r : 1;
	}
	if (a->hunks) {
		r = review_hunks(o, items, e);
		if (r < 0)
			return r;
	}
	r = close_choice(o, e);
	if (r < 0)
		return r;
	r = finish(o, a, items, e);
	return r < 0 ? r : conflicts > 0;
}

static int run_apply(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(review_open_done) struct review_open o = REVIEW_OPEN_INIT;
	struct apply_item *items;
	size_t n;
	int r;

	r = review_open_box(&o, &argc, &argv, e);
	if (r == 0)
		r = review_open_changes(&o, true, e);
	if (r == 0)
		r = review_open_pick(&o, argc, argv, e);
	if (r < 0)
		return r;
	n = o.changes.n;
	items = calloc(n + 1, sizeof(*items));
	if (!items)
		return err_set(e, -ENOMEM, "out of memory for the apply");
	r = apply_picked(&o, options, items, e);
	apply_items_free(items, n);
	return r;
}

const struct command cmd_apply = {
	.name = "apply",
	.synopsis = "[ID] [PATH...]",
	.summary = "give what a sandbox changed to the host",
	.description = "Applies the pending changes of an ended sandbox, all of them or those at "
		       "or below the paths; all or nothing, also when it is killed. A file that "
		       "changed on the host meanwhile is merged, or a conflict (exit status 1). "
		       "What was applied is no longer pending; when nothing is, the sandbox is "
		       "removed.",
	.opts = apply_opts,
	.size = sizeof(struct apply_args),
	.run = run_apply,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_REVIEW,
};
