/* SPDX-License-Identifier: Apache-2.0 */
/* Shows changes: as a diff, as a line, as JSON text. */
#ifndef REVIEW_SHOW_H
#define REVIEW_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "review/textdiff.h"

struct buf;
struct review_change;
struct review_trees;

#define SHOW_TEXT_MAX ((size_t)8 << 20)

/* struct show_pair - both texts of a change and their difference; zero-initialise. Owns all. */
struct show_pair {
	char *bytes[2];
	struct text text[2];
	struct edits edits;
};

void show_pair_done(struct show_pair *p);

/*
 * show_pair_load - read both sides of a change to a regular file; a side that is none is empty.
 * @instead: what would be applied in place of the sandbox's bytes, or NULL
 * Returns 0; 1 when it is no text or larger than SHOW_TEXT_MAX; negative errno.
 */
int show_pair_load(const struct review_trees *t, const struct review_change *c,
		   const struct buf *instead, struct show_pair *ret);

/* Append the name: relative in root 0, else absolute; escaped. */
void show_name(const struct review_trees *t, const struct review_change *c, const char *path,
	       struct buf *out);

/* Append the head lines of a change: names, modes, risk flags. */
void show_head(const struct review_trees *t, const struct review_change *c, bool is_color,
	       struct buf *out);

/* Append the hunks, or what else differs in content; @instead as above. Returns 0 or negative
 * errno. */
int show_content(const struct review_trees *t, const struct review_change *c,
		 const struct buf *instead, bool is_color, struct buf *out);

/* One word for the kind of a change. */
const char *show_kind(const struct review_change *c);

#endif
