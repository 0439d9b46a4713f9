/* SPDX-License-Identifier: Apache-2.0 */
/* Line differences by Myers' algorithm, with a bound on what hostile input may cost. */
#include "review/textdiff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Differences looked for at a time; memory is their square in ints. */
#define DEPTH_MAX 512

/* Steps and comparisons, in units of some nanoseconds, after which the rest is one edit. */
#define WORK_MAX ((uint64_t)1 << 26)
#define WORK_BYTES 64

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
 * The middle part: @n[i] lines at @top[i] of both sides. Row d of @trace holds the furthest x of
 * each diagonal -d..d, at trace + d * d. @work is what may still be spent.
 */
struct middle {
	const struct text *a, *b;
	size_t top[2], n[2];
	uint32_t *trace;
	uint64_t work;
};

static uint32_t *trace_row(const struct middle *m, long depth)
{
	return m->trace + depth * depth + depth;
}

/* Grown by doubling: at each power of two of the depth. */
static int trace_grow(struct middle *m, long depth)
{
	size_t cells = (size_t)((depth + 1) * (depth + 1));
	uint32_t *grown;

	if (depth & (depth - 1))
		return 0;
	grown = reallocarray(m->trace, cells * 4 + 16, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	m->trace = grown;
	return 0;
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

static bool is_inside(const struct middle *m, long x, long y)
{
	return x <= (long)m->n[0] && y <= (long)m->n[1] && y >= 0;
}

/* Follows common lines from @x on diagonal @k; returns where they end. */
static long slide(struct middle *m, long x, long k)
{
	while (x < (long)m->n[0] && x - k < (long)m->n[1]) {
		size_t i = m->top[0] + (size_t)x;
		uint64_t cost = 1 + (m->a->at[i + 1] - m->a->at[i]) / WORK_BYTES;

		if (!line_same(m->a, i, m->b, m->top[1] + (size_t)(x - k)))
			break;
		m->work -= cost < m->work ? cost : m->work;
		x++;
	}
	m->work -= m->work > 0;
	return x;
}

/*
 * Returns the depth at which @end was reached: the end of both sides, or, past a bound, the point
 * that got furthest; or -ENOMEM.
 */
static long search(struct middle *m, long end[2])
{
	long depth, k;

	for (depth = 0;; depth++) {
		long best = -1;

		if (trace_grow(m, depth) < 0)
			return -ENOMEM;
		for (k = -depth; k <= depth; k += 2) {
			long x = step_x(m, depth, k);

			/* Outside points are kept, so that neighbours may step back in. */
			if (is_inside(m, x, x - k))
				x = slide(m, x, k);
			trace_row(m, depth)[k] = (uint32_t)x;
			if (!is_inside(m, x, x - k) || x + x - k <= best)
				continue;
			best = x + x - k;
			end[0] = x;
			end[1] = x - k;
		}
		if (best == (long)(m->n[0] + m->n[1]) || depth == DEPTH_MAX || m->work == 0)
			return depth;
	}
}

/* Walks the trace back from @end and lays the single steps down in order. */
static int backtrack(const struct middle *m, long depth, const long end[2], struct edits *ret)
{
	struct edit *steps = calloc((size_t)depth + 1, sizeof(*steps));
	long x = end[0];
	long y = end[1];
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

		steps[i] = (struct edit){ m->top[0] + (size_t)px, !is_down, m->top[1] + (size_t)py,
					  is_down };
		x = px;
		y = py;
	}
	for (i = 1; i <= depth && r == 0; i++)
		r = edit_add(ret, steps[i]);
	free(steps);
	return r;
}

/* Leaves out what both sides begin and end with. */
static void trim(struct middle *m)
{
	size_t most = m->n[0] < m->n[1] ? m->n[0] : m->n[1];
	size_t top = 0;
	size_t end = 0;

	while (top < most && line_same(m->a, m->top[0] + top, m->b, m->top[1] + top))
		top++;
	while (end < most - top &&
	       line_same(m->a, m->top[0] + m->n[0] - end - 1, m->b, m->top[1] + m->n[1] - end - 1))
		end++;
	for (int i = 0; i < 2; i++) {
		m->top[i] += top;
		m->n[i] -= top + end;
	}
}

int textdiff(const struct text *a, const struct text *b, struct edits *ret)
{
	struct middle m = { .a = a, .b = b, .n = { a->lines, b->lines }, .work = WORK_MAX };
	int r = 0;

	trim(&m);
	while (m.n[0] && m.n[1] && m.work && r == 0) {
		long end[2] = { 0, 0 };
		long depth = search(&m, end);

		r = depth < 0 ? -ENOMEM : backtrack(&m, depth, end, ret);
		for (int i = 0; i < 2; i++) {
			m.top[i] += (size_t)end[i];
			m.n[i] -= (size_t)end[i];
		}
	}
	if (r == 0 && (m.n[0] || m.n[1]))
		r = edit_add(ret, (struct edit){ m.top[0], m.n[0], m.top[1], m.n[1] });
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
