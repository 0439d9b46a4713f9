/* SPDX-License-Identifier: Apache-2.0 */
/* Compares one path of the sandbox with the host's and appends what differs. */
#ifndef REVIEW_COMPARE_H
#define REVIEW_COMPARE_H

#include <stddef.h>

#include "base/err.h"

struct review_changes;
struct review_trees;

/*
 * struct compare - one root being compared.
 * @root: its index in @trees
 */
struct compare {
	const struct review_trees *trees;
	size_t root;
	struct review_changes *out;
};

/*
 * compare_path - what is at @path in the sandbox against the host.
 * A directory that replaced nothing, a file or a directory adds no child of its own here.
 * Returns 0 or negative errno with @e filled.
 */
int compare_path(const struct compare *c, const char *path, struct err *e);

/* Whether two open files have the same user.* attributes. Returns 1, 0 or negative errno. */
int compare_xattrs(int a, int b);

/* The host's path and all below it are gone in the sandbox. @only_below: the path itself stays. */
int compare_deleted(const struct compare *c, const char *path, int only_below, struct err *e);

#endif
