/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, hunk by hunk, what is to be applied. */
#include "cmd/review_hunks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "cmd/review_open.h"
#include "review/apply.h"
#include "review/show.h"
#include "review/unified.h"

#define SHOWN_MAX ((size_t)64 << 20)
#define ANSWER_SIZE 64

static const char help[] = "y - apply this\n"
			   "n - leave this pending\n"
			   "a - apply this and the rest of the file\n"
			   "d - leave this and the rest of the file pending\n"
			   "q - leave this and all that follows pending\n"
			   "? - print this help\n";

/* Returns one of the letters; end of input is q. */
static char ask(const char *question)
{
	char line[ANSWER_SIZE];

	for (;;) {
		printf("%s [y,n,a,d,q,?] ", question);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin)) {
			putchar('\n');
			return 'q';
		}
		if (line[0] && strchr("ynadq", line[0]) && (line[1] == '\n' || line[1] == '\0'))
			return line[0];
		fputs(help, stdout);
	}
}

/* struct asking - what was answered so far: letter a, d or q settles what follows. */
struct asking {
	char settled;
	bool *take;
	size_t taken;
};

static int ask_hunks(const struct show_pair *p, struct asking *a)
{
	const struct text *sides[2] = { &p->text[0], &p->text[1] };
	size_t range[2] = { 0, 0 };
	size_t i;

	for (; range[0] < p->edits.n; range[0] = range[1]) {
		AUTO_BUF struct buf out = BUF_INIT(SHOWN_MAX);
		char answer = a->settled;

		range[1] = unified_end(&p->edits, range[0]);
		if (!answer) {
			unified_hunk(sides, &p->edits, range, false, &out);
			if (out.err)
				return out.err;
			fwrite(out.p, 1, out.n, stdout);
			answer = ask("Apply this hunk");
			if (strchr("adq", answer))
				a->settled = answer;
		}
		for (i = range[0]; i < range[1]; i++) {
			a->take[i] = answer == 'y' || answer == 'a';
			a->taken += a->take[i];
		}
	}
	return 0;
}

/* Returns the settled letter (q ends it all) or negative errno. */
static int ask_text(struct review_change *c, struct apply_item *item, const struct show_pair *p)
{
	AUTO_FREE bool *take = calloc(p->edits.n + 1, sizeof(*take));
	struct asking a = { .take = take };
	int r;

	if (!take)
		return -ENOMEM;
	r = ask_hunks(p, &a);
	if (r < 0)
		return r;
	c->is_picked = a.taken > 0;
	if (a.taken > 0 && a.taken < p->edits.n) {
		item->content = BUF_INIT(2 * SHOW_TEXT_MAX);
		textdiff_apply(&p->text[0], &p->text[1], &p->edits, take, &item->content);
		item->has_content = true;
		item->is_partial = true;
		r = item->content.err;
	}
	return r < 0 ? r : a.settled;
}

static int ask_change(struct review_open *o, size_t i, struct apply_item *item)
{
	CLEANUP(show_pair_done) struct show_pair p = { 0 };
	AUTO_BUF struct buf head = BUF_INIT(SHOWN_MAX);
	struct review_change *c = &o->changes.v[i];
	char answer;
	int r;

	show_head(&o->trees, c, false, &head);
	if (head.err)
		return head.err;
	fwrite(head.p, 1, head.n, stdout);
	if (c->kind == CHANGE_MODIFY && !item->has_content) {
		r = show_pair_load(&o->trees, c, NULL, &p);
		if (r < 0)
			return r;
		if (r == 0 && p.edits.n)
			return ask_text(c, item, &p);
	}
	answer = ask("Apply this change");
	c->is_picked = answer == 'y' || answer == 'a';
	return answer;
}

int review_hunks(struct review_open *o, struct apply_item *items, struct err *e)
{
	int r = 0;
	size_t i;

	for (i = 0; i < o->changes.n; i++) {
		if (!o->changes.v[i].is_picked)
			continue;
		if (r == 'q') {
			o->changes.v[i].is_picked = false;
			continue;
		}
		r = ask_change(o, i, &items[i]);
		if (r < 0)
			return err_sys(e, r, "cannot ask about a change");
	}
	return 0;
}
