/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox changed: the difference between the host's directories and its store. */
#ifndef REVIEW_CHANGES_H
#define REVIEW_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "review/node.h"
#include "review/root.h"

enum change_kind {
	CHANGE_ADD,
	CHANGE_MODIFY,
	CHANGE_DELETE,
	CHANGE_MODE,
	CHANGE_TYPE,
	CHANGE_LINK,
	CHANGE_XATTR,
	CHANGE_RENAME,
	CHANGE_KIND_END,
};

/*
 * struct review_change - one changed path.
 * @root: index of its root; @path: relative to that, any bytes but NUL
 * @from: the old path of a rename, else NULL
 * @old, @now: the host's state and the sandbox's; mode 0 where there is nothing
 * @flags: RISK_* of review/risk.h; @is_picked: chosen; @is_held: chosen, but has to wait
 */
struct review_change {
	size_t root;
	const char *path;
	const char *from;
	enum change_kind kind;
	struct node old;
	struct node now;
	unsigned int flags;
	bool is_picked;
	bool is_held;
};

/* struct review_changes - owns all of it; zero-initialise. Ordered by root and path. */
struct review_changes {
	struct arena arena;
	struct review_change *v;
	size_t n, cap;
};

/* struct review_trees - the roots and, beside each, the open tree of what the sandbox made. */
struct review_trees {
	const struct review_root *roots;
	size_t n;
	int made[REVIEW_ROOTS_MAX];
};

void review_trees_done(struct review_trees *t);

/* Open the tree of every root. Returns 0 or negative errno with @e filled. */
int review_trees_open(struct review_trees *t, const struct review_root *roots, size_t n,
		      struct err *e);

void review_changes_done(struct review_changes *c);

/*
 * review_changes_find - all that is pending; what was applied before is left out.
 * Returns 0 or negative errno with @e filled.
 */
int review_changes_find(const struct review_trees *t, struct review_changes *ret, struct err *e);

/* The change of a path, or NULL; only of what review_changes_find filled. */
struct review_change *review_changes_at(const struct review_changes *c, size_t root,
					const char *path);

/* Append one; its strings are copied. Returns 0 or -ENOMEM. */
int review_changes_add(struct review_changes *c, const struct review_change *one);

#endif
