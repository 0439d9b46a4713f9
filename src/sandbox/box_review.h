/* SPDX-License-Identifier: Apache-2.0 */
/* The review of a sandbox in the store: its record turned into review roots. */
#ifndef SANDBOX_BOX_REVIEW_H
#define SANDBOX_BOX_REVIEW_H

#include "base/err.h"
#include "review/root.h"
#include "sandbox/record.h"

struct store_box;

/*
 * struct box_review - owns the record and the descriptors of the roots.
 */
struct box_review {
	struct record rec;
	struct review_root root[REVIEW_ROOTS_MAX];
	size_t n;
};

#define BOX_REVIEW_INIT ((struct box_review){ 0 })

void box_review_done(struct box_review *r);

/*
 * box_review_open - open what a sandbox changed.
 *
 * Returns 0 (with no roots when nothing is kept for review), or -ESTALE when the host directory is
 * another one by now; else negative errno.
 */
int box_review_open(const struct store_box *box, struct box_review *ret, struct err *e);

/*
 * box_review_settle - finish or undo an apply that was killed, before its store is removed; the
 * caller holds the lock. What has lost its workspace or record has nothing left to undo.
 */
int box_review_settle(const struct store_box *box, struct err *e);

#endif
