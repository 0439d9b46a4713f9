/* SPDX-License-Identifier: Apache-2.0 */
/* Shows a difference as unified hunks, with bytes from outside made harmless. */
#ifndef REVIEW_UNIFIED_H
#define REVIEW_UNIFIED_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct edits;
struct text;

/* The index past the last edit of the hunk that begins with edit @first: context lines join them.
 */
size_t unified_end(const struct edits *d, size_t first);

/* Append the hunk of edits @first up to @end. */
void unified_hunk(const struct text *sides[2], const struct edits *d, const size_t range[2],
		  bool is_color, struct buf *out);

/* Append bytes for a line of text: tabs and backslashes stay, what could steer does not. */
void unified_line(const char *p, size_t n, struct buf *out);

#endif
