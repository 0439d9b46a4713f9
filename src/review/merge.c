/* SPDX-License-Identifier: Apache-2.0 */
/* Three-way merge of texts by two differences. */
#include "review/merge.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "review/textdiff.h"

/* One side: its text, its edits against the base, and how far the merge has come in them. */
struct side {
	const struct text *text;
	struct edits d;
	size_t next;
};

static void side_done(struct side *s)
{
	edits_done(&s->d);
}

static void add_lines(const struct text *t, size_t at, size_t n, struct buf *out)
{
	if (n)
		buf_add(out, t->p + t->at[at], t->at[at + n] - t->at[at]);
}

/* The base's lines @lo to @hi as this side has them, from edit @first on. */
static void add_region(const struct text *base, const struct side *s, size_t first,
		       const size_t range[2], struct buf *out)
{
	size_t at = range[0];
	size_t i;

	for (i = first; i < s->next; i++) {
		const struct edit *d = &s->d.v[i];

		add_lines(base, at, d->a - at, out);
		add_lines(s->text, d->b, d->b_n, out);
		at = d->a + d->a_n;
	}
	add_lines(base, at, range[1] - at, out);
}

static const struct edit *peek(const struct side *s)
{
	return s->next < s->d.n ? &s->d.v[s->next] : NULL;
}

/* Takes the edits that belong together; @range becomes the base's lines they cover. */
static void gather(struct side s[2], size_t range[2])
{
	const struct edit *x = peek(&s[0]);
	const struct edit *y = peek(&s[1]);
	bool has_grown = true;
	int i;

	range[0] = x && (!y || x->a <= y->a) ? x->a : y->a;
	range[1] = range[0];
	while (has_grown) {
		has_grown = false;
		for (i = 0; i < 2; i++) {
			const struct edit *d = peek(&s[i]);

			if (!d || d->a > range[1])
				continue;
			if (d->a + d->a_n > range[1])
				range[1] = d->a + d->a_n;
			s[i].next++;
			has_grown = true;
		}
	}
}

static int merge_region(const struct text *base, struct side s[2], size_t *at, struct buf *out)
{
	size_t first[2] = { s[0].next, s[1].next };
	AUTO_BUF struct buf x = BUF_INIT(out->max);
	AUTO_BUF struct buf y = BUF_INIT(out->max);
	size_t range[2];

	gather(s, range);
	add_lines(base, *at, range[0] - *at, out);
	*at = range[1];
	add_region(base, &s[0], first[0], range, &x);
	add_region(base, &s[1], first[1], range, &y);
	if (x.err || y.err)
		return -ENOMEM;
	if (first[0] == s[0].next) {
		buf_add(out, y.p, y.n);
		return 0;
	}
	if (first[1] != s[1].next && (x.n != y.n || (x.n && memcmp(x.p, y.p, x.n) != 0)))
		return 1;
	buf_add(out, x.p, x.n);
	return 0;
}

int merge3(const struct text *base, const struct text *ours, const struct text *theirs,
	   struct buf *out)
{
	CLEANUP(side_done) struct side a = { .text = ours };
	CLEANUP(side_done) struct side b = { .text = theirs };
	struct side s[2];
	size_t at = 0;
	int r;

	r = textdiff(base, ours, &a.d);
	if (r == 0)
		r = textdiff(base, theirs, &b.d);
	s[0] = a;
	s[1] = b;
	while (r == 0 && (peek(&s[0]) || peek(&s[1])))
		r = merge_region(base, s, &at, out);
	if (r != 0)
		return r;
	add_lines(base, at, base->lines - at, out);
	return out->err ? -ENOMEM : 0;
}
