/* SPDX-License-Identifier: Apache-2.0 */
/* Shows a difference as unified hunks, with bytes from outside made harmless. */
#include "review/unified.h"

#include "base/buf.h"
#include "base/escape.h"
#include "review/textdiff.h"

#define CONTEXT 3

size_t unified_end(const struct edits *d, size_t first)
{
	size_t i = first + 1;

	while (i < d->n && d->v[i].a - (d->v[i - 1].a + d->v[i - 1].a_n) <= (size_t)2 * CONTEXT)
		i++;
	return i;
}

void unified_line(const char *p, size_t n, struct buf *out)
{
	size_t at = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] != '\t' && p[i] != '\\')
			continue;
		buf_escape(out, p + at, i - at);
		buf_add(out, p + i, 1);
		at = i + 1;
	}
	buf_escape(out, p + at, n - at);
}

static void put(const struct text *t, size_t line, char sign, bool is_color, struct buf *out)
{
	size_t n = t->at[line + 1] - t->at[line];
	const char *p = t->p + t->at[line];
	bool has_end = n && p[n - 1] == '\n';

	if (is_color && sign != ' ')
		buf_str(out, sign == '-' ? "\033[31m" : "\033[32m");
	buf_add(out, &sign, 1);
	unified_line(p, n - has_end, out);
	if (is_color && sign != ' ')
		buf_str(out, "\033[m");
	buf_str(out, "\n");
	if (!has_end)
		buf_str(out, "\\ No newline at end of file\n");
}

/* A range of no lines is named by the line before it. */
static void put_range(char sign, size_t at, size_t n, struct buf *out)
{
	buf_printf(out, "%c%zu", sign, n ? at + 1 : at);
	if (n != 1)
		buf_printf(out, ",%zu", n);
}

void unified_hunk(const struct text *sides[2], const struct edits *d, const size_t range[2],
		  bool is_color, struct buf *out)
{
	const struct edit *first = &d->v[range[0]];
	const struct edit *last = &d->v[range[1] - 1];
	size_t before = first->a < CONTEXT ? first->a : CONTEXT;
	size_t tail = sides[0]->lines - (last->a + last->a_n);
	size_t after = tail < CONTEXT ? tail : CONTEXT;
	size_t at = first->a - before;
	size_t i, k;

	buf_str(out, is_color ? "\033[36m@@ " : "@@ ");
	put_range('-', at, last->a + last->a_n + after - at, out);
	buf_str(out, " ");
	put_range('+', first->b - before, last->b + last->b_n + after - (first->b - before), out);
	buf_str(out, is_color ? " @@\033[m\n" : " @@\n");
	for (i = range[0]; i < range[1]; i++) {
		for (; at < d->v[i].a; at++)
			put(sides[0], at, ' ', is_color, out);
		for (k = 0; k < d->v[i].a_n; k++)
			put(sides[0], at++, '-', is_color, out);
		for (k = 0; k < d->v[i].b_n; k++)
			put(sides[1], d->v[i].b + k, '+', is_color, out);
	}
	for (k = 0; k < after; k++)
		put(sides[0], at++, ' ', is_color, out);
}
