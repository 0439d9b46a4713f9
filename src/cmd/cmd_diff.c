/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel diff: show what a sandbox changed. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "cmd/command.h"
#include "cmd/review_json.h"
#include "cmd/review_open.h"
#include "cmd/review_pager.h"
#include "cmd/rows.h"
#include "review/apply.h"
#include "review/conflict.h"
#include "review/risk.h"
#include "review/show.h"

#define CHUNK ((size_t)64 << 20)

struct diff_args {
	bool stat;
	bool name_only;
	bool json;
	bool no_pager;
	const char *color;
};

static const char *const whens[] = { "auto", "always", "never", NULL };

static const struct opt diff_opts[] = {
	{ 0, "stat", OPT_FLAG, offsetof(struct diff_args, stat), NULL, "one line a change" },
	{ 0, "name-only", OPT_FLAG, offsetof(struct diff_args, name_only), NULL, "paths alone" },
	{ 0, "json", OPT_FLAG, offsetof(struct diff_args, json), NULL, "as JSON" },
	{ 0, "color", OPT_STR, offsetof(struct diff_args, color), "WHEN", "auto, always or never",
	  .choices = whens },
	{ 0, "no-pager", OPT_FLAG, offsetof(struct diff_args, no_pager), NULL,
	  "write to standard output at once" },
	{ 0 },
};

struct diff_view {
	const struct review_open *open;
	const struct diff_args *args;
	const struct apply_item *items;
	int is_color;
};

static int wants_color(const char *when, int *ret, struct err *e)
{
	const char *no = getenv("NO_COLOR");

	if (!when || strcmp(when, "auto") == 0)
		*ret = isatty(STDOUT_FILENO) && !(no && *no);
	else if (strcmp(when, "always") == 0)
		*ret = 1;
	else if (strcmp(when, "never") == 0)
		*ret = 0;
	else
		return err_set(e, -EINVAL, "--color is auto, always or never");
	return 0;
}

/* What the host did meanwhile, and what becomes of it. */
static const char *host_words(const struct apply_item *item)
{
	switch (item->conflict) {
	case CONFLICT_NONE:
		return NULL;
	case CONFLICT_MERGED:
		return "changed on the host as well; this is what the merge would change there";
	case CONFLICT_HOST:
		return "changed on the host as well; a conflict, apply leaves it";
	case CONFLICT_SPECIAL:
		return "never applied";
	}
	return NULL;
}

static void stat_line(const struct review_open *o, const struct review_change *c,
		      const struct apply_item *item, struct buf *out)
{
	CLEANUP(show_pair_done) struct show_pair p = { 0 };
	size_t i, more = 0, less = 0;

	buf_printf(out, "%-7s ", show_kind(c));
	if (c->from) {
		show_name(&o->trees, c, c->from, out);
		buf_str(out, " to ");
	}
	show_name(&o->trees, c, c->path, out);
	if (c->kind != CHANGE_RENAME && (S_ISREG(c->old.mode) || S_ISREG(c->now.mode)) &&
	    show_pair_load(&o->trees, c, item->has_content ? &item->content : NULL, &p) == 0) {
		for (i = 0; i < p.edits.n; i++) {
			less += p.edits.v[i].a_n;
			more += p.edits.v[i].b_n;
		}
		buf_printf(out, " | +%zu -%zu", more, less);
	}
	if (c->flags) {
		buf_str(out, "  [");
		risk_words(c->flags, out);
		buf_str(out, "]");
	}
	if (item->conflict == CONFLICT_MERGED || item->conflict == CONFLICT_HOST)
		buf_str(out, item->has_content ? "  (merged)" : "  (conflict)");
	buf_str(out, "\n");
}

static int show_one(const struct diff_view *view, size_t i, struct buf *out)
{
	const struct review_open *o = view->open;
	const struct review_change *c = &o->changes.v[i];
	const struct apply_item *item = &view->items[i];
	const struct diff_args *a = view->args;
	const char *host = host_words(item);

	if (a->name_only) {
		show_name(&o->trees, c, c->path, out);
		buf_str(out, "\n");
		return out->err;
	}
	if (a->stat) {
		stat_line(o, c, item, out);
		return out->err;
	}
	show_head(&o->trees, c, view->is_color, out);
	if (host)
		buf_printf(out, "host: %s\n", host);
	return show_content(&o->trees, c, item->has_content ? &item->content : NULL, view->is_color,
			    out);
}

static int show_all(const struct diff_view *view, struct err *e)
{
	const struct review_open *o = view->open;
	const struct diff_args *a = view->args;
	CLEANUP(pager_done) struct pager pager = PAGER_INIT;
	size_t i;
	int r = 0;

	if (!a->no_pager && !a->name_only)
		pager_start(&pager);
	for (i = 0; i < o->changes.n && r == 0; i++) {
		AUTO_BUF struct buf out = BUF_INIT(CHUNK);

		if (!o->changes.v[i].is_picked)
			continue;
		r = show_one(view, i, &out);
		if (r < 0)
			return err_sys(e, r, "cannot show a change");
		r = fd_write_full(pager.fd, out.p, out.n);
	}
	/* A reader that has seen enough is no failure. */
	if (r < 0 && r != -EPIPE)
		return err_sys(e, r, "cannot write the diff");
	return 0;
}

static int run_diff(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(review_open_done) struct review_open o = REVIEW_OPEN_INIT;
	struct diff_view view = { .open = &o, .args = options };
	struct apply_item *items;
	size_t n;
	int r;

	r = wants_color(view.args->color, &view.is_color, e);
	if (r == 0)
		r = review_open_box(&o, &argc, &argv, e);
	if (r == 0)
		r = review_open_changes(&o, false, e);
	if (r == 0)
		r = review_open_pick(&o, argc, argv, e);
	if (r < 0)
		return r;
	n = o.changes.n;
	items = calloc(n + 1, sizeof(*items));
	if (!items)
		return err_set(e, -ENOMEM, "out of memory for the diff");
	view.items = items;
	/* Before the seal nothing tells what the host did since. */
	if (n && faccessat(o.review.root[0].store, "seal", F_OK, 0) == 0)
		r = apply_check(&o.trees, &o.changes, items, e);
	if (r >= 0)
		r = view.args->json ? review_json(&o, items, false, e) : show_all(&view, e);
	apply_items_free(items, n);
	return r;
}

const struct command cmd_diff = {
	.name = "diff",
	.synopsis = "[ID] [PATH...]",
	.summary = "show what a sandbox changed",
	.description = "Shows the pending changes of an ended sandbox: text as unified hunks, and "
		       "what deserves a second look as risk flags. Without ID it is the newest "
		       "ended sandbox whose workspace contains the current directory.",
	.opts = diff_opts,
	.size = sizeof(struct diff_args),
	.run = run_diff,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_REVIEW,
};
