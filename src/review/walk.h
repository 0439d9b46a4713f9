/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a tree parents first, without recursion and without following links. */
#ifndef REVIEW_WALK_H
#define REVIEW_WALK_H

#include <stdbool.h>

#include "base/err.h"
#include "review/node.h"

/*
 * struct walk_entry - valid during the visit.
 * @path: relative to the fd that the walk began at
 * @dir, @name: where it was found
 */
struct walk_entry {
	const char *path;
	const char *name;
	int dir;
	struct node node;
};

/*
 * struct walk_top - where to begin.
 * @root: directory fd (borrowed); @from: relative path, "." for all
 * @is_ours: a tree of the store: directories closed by the payload are opened up
 */
struct walk_top {
	int root;
	const char *from;
	bool is_ours;
};

/*
 * walk_tree - call for everything below @top, which itself is not visited.
 * @visit: returns 1 to go below a directory, 0 to go on, negative errno with @e filled to stop
 *
 * Returns 0 or negative errno with @e filled.
 */
int walk_tree(const struct walk_top *top,
	      int (*visit)(void *arg, const struct walk_entry *at, struct err *e), void *arg,
	      struct err *e);

#endif
