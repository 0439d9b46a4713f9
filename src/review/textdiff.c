/* SPDX-License-Identifier: Apache-2.0 */
/* Line differences by Myers' algorithm, with a bound on what hostile input may cost. */
#include "review/textdiff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Differences looked for; memory is their square in ints, time that times the lines' comparison. */
#define DEPTH_MAX 1024

void text_done(struct text *t)
{
	free(t->at);
	*t = (struct text){ 0 };
}

int text_init(struct text *t, const char *p, size_t n)
{
	size_t i = 0;
	size_t lines = 0;
	size_t *at;

	for (i = 0; i < n; i++)
		lines += p[i] == '\n' || i + 1 == n;
	at = calloc(lines + 1, sizeof(*at));
	if (!at)
		return -ENOMEM;
	lines = 0;
	for (i = 0; i < n; i++) {
		if (p[i] == '\n' || i + 1 == n)
			at[++lines] = i + 1;
	}
	*t = (struct text){ .p = p, .n = n, .at = at, .lines = lines };
	return 0;
}

void edits_done(struct edits *d)
{
	free(d->v);
	*d = (struct edits){ 0 };
}

static bool line_same(const struct text *a, size_t i, const struct text *b, size_t j)
{
	size_t n = a->at[i + 1] - a->at[i];

	return n == b->at[j + 1] - b->at[j] && memcmp(a->p + a->at[i], b->p + b->at[j], n) == 0;
}

/* Appends, joining with the last edit when no common line lies between. */
static int edit_add(struct edits *d, struct edit one)
{
	struct edit *last = d->n ? &d->v[d->n - 1] : NULL;

	if (last && last->a + last->a_n == one.a && last->b + last->b_n == one.b) {
		last->a_n += one.a_n;
		last->b_n += one.b_n;
		return 0;
	}
	if (d->v == NULL || d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 16;
		struct edit *v = reallocarray(d->v, cap, sizeof(*v));

		if (!v)
			return -ENOMEM;
		d->v = v;
		d->cap = cap;
	}
	d->v[d->n++] = one;
	return 0;
}

/*
 * The middle part: @a_n lines at @top of both sides' beginnings. Row d of @trace holds the furthest
 * x of each diagonal -d..d, at trace + d * d.
 */
struct middle {
	const struct text *a, *b;
	size_t top, a_n, b_n;
	uint32_t *trace;
};

static uint32_t *trace_row(const struct middle *m, long depth)
{
	return m->trace + depth * depth + depth;
}

static long step_x(const struct middle *m, long depth, long k)
{
	const uint32_t *prev;

	if (depth == 0)
		return 0;
	prev = trace_row(m, depth - 1);
	if (k == -depth || (k != depth && prev[k - 1] < prev[k + 1]))
		return (long)prev[k + 1];
	return (long)prev[k - 1] + 1;
}

/* Returns the depth at which the end was reached, -1 past the bound, or -ENOMEM. */
static long search(struct middle *m)
{
	long depth, k;

	for (depth = 0; depth <= DEPTH_MAX; depth++) {
		size_t cells = (size_t)((depth + 1) * (depth + 1));
		uint32_t *grown = m->trace;

		/* Grown by doubling: at each power of two of the depth. */
		if ((depth & (depth - 1)) == 0)
			grown = reallocarray(m->trace, cells * 4 + 16, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		m->trace = grown;
		for (k = -depth; k <= depth; k += 2) {
			long x = step_x(m, depth, k);
			long y = x - k;

			if (x > (long)m->a_n || y > (long)m->b_n || y < 0) {
				/* Outside: kept so that neighbours may step back in. */
				trace_row(m, depth)[k] = (uint32_t)x;
				continue;
			}
			while (x < (long)m->a_n && y < (long)m->b_n &&
			       line_same(m->a, m->top + (size_t)x, m->b, m->top + (size_t)y)) {
				x++;
				y++;
			}
			trace_row(m, depth)[k] = (uint32_t)x;
			if (x == (long)m->a_n && y == (long)m->b_n)
				return depth;
		}
	}
	return -1;
}

/* Walks the trace back and lays the single steps down in order. */
static int backtrack(const struct middle *m, long depth, struct edits *ret)
{
	struct edit *steps = calloc((size_t)depth + 1, sizeof(*steps));
	long x = (long)m->a_n;
	long y = (long)m->b_n;
	long i;
	int r = 0;

	if (!steps)
		return -ENOMEM;
	for (i = depth; i > 0; i--) {
		const uint32_t *prev = trace_row(m, i - 1);
		long k = x - y;
		bool is_down = k == -i || (k != i && prev[k - 1] < prev[k + 1]);
		long px = (long)prev[is_down ? k + 1 : k - 1];
		long py = px - (is_down ? k + 1 : k - 1);

		steps[i] = (struct edit){ m->top + (size_t)px, !is_down, m->top + (size_t)py,
					  is_down };
		x = px;
		y = py;
	}
	for (i = 1; i <= depth && r == 0; i++)
		r = edit_add(ret, steps[i]);
	free(steps);
	return r;
}

int textdiff(const struct text *a, const struct text *b, struct edits *ret)
{
	struct middle m = { .a = a, .b = b };
	size_t most = a->lines < b->lines ? a->lines : b->lines;
	size_t end = 0;
	long depth;
	int r;

	while (m.top < most && line_same(a, m.top, b, m.top))
		m.top++;
	while (end < most - m.top && line_same(a, a->lines - end - 1, b, b->lines - end - 1))
		end++;
	m.a_n = a->lines - m.top - end;
	m.b_n = b->lines - m.top - end;
	if (m.a_n == 0 && m.b_n == 0)
		return 0;
	depth = m.a_n && m.b_n ? search(&m) : -1;
	if (depth == -ENOMEM)
		r = -ENOMEM;
	else if (depth < 0)
		r = edit_add(ret, (struct edit){ m.top, m.a_n, m.top, m.b_n });
	else
		r = backtrack(&m, depth, ret);
	free(m.trace);
	return r;
}

static void add_lines(const struct text *t, size_t at, size_t n, struct buf *out)
{
	if (n)
		buf_add(out, t->p + t->at[at], t->at[at + n] - t->at[at]);
}

void textdiff_apply(const struct text *a, const struct text *b, const struct edits *d,
		    const bool *take, struct buf *out)
{
	size_t at = 0;
	size_t i;

	for (i = 0; i < d->n; i++) {
		const struct edit *one = &d->v[i];

		add_lines(a, at, one->a - at, out);
		if (!take || take[i])
			add_lines(b, one->b, one->b_n, out);
		else
			add_lines(a, one->a, one->a_n, out);
		at = one->a + one->a_n;
	}
	add_lines(a, at, a->lines - at, out);
}
