/* SPDX-License-Identifier: Apache-2.0 */
/* Finds renames: a deleted file and an added one with the same bytes. */
#ifndef REVIEW_RENAME_H
#define REVIEW_RENAME_H

#include "base/err.h"

struct review_changes;
struct review_trees;

/*
 * rename_find - turn pairs of a deletion and an addition with identical content into renames.
 * Reads a bounded amount, so a hostile set of equal sizes costs no more than that.
 * Returns 0 or negative errno with @e filled.
 */
int rename_find(const struct review_trees *t, struct review_changes *c, struct err *e);

#endif
