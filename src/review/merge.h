/* SPDX-License-Identifier: Apache-2.0 */
/* Three-way merge of texts by two differences. */
#ifndef REVIEW_MERGE_H
#define REVIEW_MERGE_H

struct buf;
struct text;

/*
 * merge3 - apply to @ours what @theirs changed since @base.
 * @out: the merged text, appended; of no use on a conflict
 *
 * Changes that overlap or touch conflict, unless both sides made the same one.
 * Returns 0, 1 on a conflict, -ENOMEM.
 */
int merge3(const struct text *base, const struct text *ours, const struct text *theirs,
	   struct buf *out);

#endif
