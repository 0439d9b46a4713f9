/* SPDX-License-Identifier: Apache-2.0 */
/* Line differences by Myers' algorithm, with a bound on what hostile input may cost. */
#ifndef REVIEW_TEXTDIFF_H
#define REVIEW_TEXTDIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* struct text - bytes cut into lines; a line keeps its newline. Borrows the bytes. */
struct text {
	const char *p;
	size_t n;
	size_t *at; /* offset of each line, and of the end */
	size_t lines;
};

/* struct edit - @a_n lines at @a of the old text became @b_n lines at @b of the new one. */
struct edit {
	size_t a, a_n;
	size_t b, b_n;
};

/* struct edits - in order, apart by at least one common line; owns @v. */
struct edits {
	struct edit *v;
	size_t n, cap;
};

void text_done(struct text *t);

/* Cut @n bytes at @p into lines; the bytes stay the caller's. Returns 0 or -ENOMEM. */
int text_init(struct text *t, const char *p, size_t n);
void edits_done(struct edits *d);

/*
 * textdiff - the edits that turn @a into @b.
 * Where they differ more than a bound on the work allows, it is right, though not minimal.
 * Returns 0 or -ENOMEM. Source: Myers, "An O(ND) difference algorithm", 1986.
 */
int textdiff(const struct text *a, const struct text *b, struct edits *ret);

/* The text with the edits that @take says applied, appended to @out. @take NULL: all. */
void textdiff_apply(const struct text *a, const struct text *b, const struct edits *d,
		    const bool *take, struct buf *out);

#endif
