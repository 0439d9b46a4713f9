/* SPDX-License-Identifier: Apache-2.0 */
/* Two texts, apart by NUL, shown as hunks: counts are right, plain text patches. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/num.h"
#include "review/textdiff.h"
#include "review/unified.h"

#define OUT_MAX ((size_t)1 << 24)
#define NO_END "\\ No newline at end of file\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

/* Where a hunk says that it is, 0-based, and how many lines it has of each side. */
struct range {
	size_t at[2];
	size_t n[2];
};

static const char *number_read(const char *p, size_t *ret)
{
	size_t n = strspn(p, "0123456789");
	char digits[24];
	uint64_t v = 0;

	must(n > 0 && n < sizeof(digits));
	memcpy(digits, p, n);
	digits[n] = '\0';
	must(num_u64(digits, SIZE_MAX, &v) == 0);
	*ret = v;
	return p + n;
}

static const char *range_read(const char *p, struct range *ret)
{
	for (int side = 0; side < 2; side++) {
		ret->n[side] = 1;
		p = number_read(strchr(p, side == 0 ? '-' : '+') + 1, &ret->at[side]);
		if (*p == ',')
			p = number_read(p + 1, &ret->n[side]);
		if (ret->n[side] > 0)
			ret->at[side]--;
	}
	must(strncmp(p, " @@\n", 4) == 0);
	return p + 4;
}

/* Reads one hunk; lines of the new side go to @out, after what of the old side comes before. */
static void hunk_check(const struct buf *hunk, const struct text *a, size_t *at, struct buf *out)
{
	struct range range;
	size_t seen[2] = { 0, 0 };
	const char *p = range_read(hunk->p, &range);

	must(range.at[0] >= *at && range.at[0] <= a->lines);
	buf_add(out, a->p + a->at[*at], a->at[range.at[0]] - a->at[*at]);
	while (*p != '\0') {
		size_t n = strcspn(p, "\n");
		const char *next = p + n + 1;
		int has_end = strncmp(next, NO_END, strlen(NO_END)) != 0;

		must(*p == ' ' || *p == '-' || *p == '+');
		seen[0] += *p != '+';
		seen[1] += *p != '-';
		if (*p != '-')
			buf_add(out, p + 1, n - (size_t)!has_end);
		p = has_end ? next : next + strlen(NO_END);
	}
	must(seen[0] == range.n[0] && seen[1] == range.n[1]);
	*at = range.at[0] + range.n[0];
}

static int is_plain(const struct text *t)
{
	for (size_t i = 0; i < t->lines; i++) {
		size_t n = t->at[i + 1] - t->at[i];
		const char *p = t->p + t->at[i];

		if (!escape_is_plain(p, n - (p[n - 1] == '\n')))
			return 0;
	}
	return 1;
}

static void check(const struct text *a, const struct text *b)
{
	CLEANUP(edits_done) struct edits d = { 0 };
	AUTO_BUF struct buf now = BUF_INIT(OUT_MAX);
	const struct text *sides[2] = { a, b };
	size_t at = 0;

	if (textdiff(a, b, &d) < 0)
		return;
	for (size_t i = 0; i < d.n;) {
		AUTO_BUF struct buf hunk = BUF_INIT(OUT_MAX);
		AUTO_BUF struct buf color = BUF_INIT(OUT_MAX);
		const size_t range[2] = { i, unified_end(&d, i) };

		must(range[1] > i && range[1] <= d.n);
		unified_hunk(sides, &d, range, false, &hunk);
		unified_hunk(sides, &d, range, true, &color);
		must(hunk.err == 0 && memchr(hunk.p, '\033', hunk.n) == NULL);
		hunk_check(&hunk, a, &at, &now);
		i = range[1];
	}
	buf_add(&now, a->p + a->at[at], a->n - a->at[at]);
	if (is_plain(a) && is_plain(b))
		must(now.n == b->n && memcmp(now.p, b->p, b->n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const char *nul = size > 0 ? memchr(p, '\0', size) : NULL;
	size_t n = nul != NULL ? (size_t)(nul - p) : size;
	struct text a = { 0 };
	struct text b = { 0 };

	if (text_init(&a, p, n) == 0 &&
	    text_init(&b, nul != NULL ? nul + 1 : "", nul != NULL ? size - n - 1 : 0) == 0)
		check(&a, &b);
	text_done(&a);
	text_done(&b);
	return 0;
}
