/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what changed on the host as well, and merges it where that can be done. */
#ifndef REVIEW_CONFLICT_H
#define REVIEW_CONFLICT_H

#include "base/err.h"

struct apply_item;
struct review_changes;
struct review_trees;

/*
 * apply_check - look for conflicts among the picked changes, merging where possible.
 * @items: one per change, zeroed by the caller
 *
 * Returns the number of conflicts that stay, or negative errno with @e filled.
 */
int apply_check(const struct review_trees *t, const struct review_changes *c,
		struct apply_item *items, struct err *e);

#endif
