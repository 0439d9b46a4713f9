/* SPDX-License-Identifier: Apache-2.0 */
/* Makes what an apply puts in place, under numbers in the staging directories. */
#ifndef REVIEW_APPLY_STAGE_H
#define REVIEW_APPLY_STAGE_H

#include "base/err.h"

struct apply_item;
struct journal;
struct review_changes;

/*
 * apply_stage - make every entry to be placed, on the disk, and put its inode into its row.
 * Returns 0 or negative errno with @e filled.
 */
int apply_stage(struct journal *j, const struct review_changes *c, const struct apply_item *items,
		struct err *e);

#endif
