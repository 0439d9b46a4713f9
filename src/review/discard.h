/* SPDX-License-Identifier: Apache-2.0 */
/* Deletes trees of any depth and size that a stranger made, through fds, without recursion. */
#ifndef REVIEW_DISCARD_H
#define REVIEW_DISCARD_H

#include "base/err.h"

/*
 * review_discard - rename a tree to a trash name beside it, then delete it.
 * @dir:  directory fd that holds it (borrowed)
 * @name: one name below @dir; absent is fine
 *
 * Directories without permission bits are opened up first; links are never followed.
 * Returns 0 or negative errno with @e filled; the tree is gone from @name either way once renamed.
 */
int review_discard(int dir, const char *name, struct err *e);

/*
 * review_remove_tree - delete @name below @dir at once, without the trash name.
 */
int review_remove_tree(int dir, const char *name, struct err *e);

#endif
