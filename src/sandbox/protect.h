/* SPDX-License-Identifier: Apache-2.0 */
/* What direct mode holds: protected paths, their parents, and where links among them lead. */
#ifndef SANDBOX_PROTECT_H
#define SANDBOX_PROTECT_H

#include <stddef.h>

#include "base/err.h"

struct policy;
struct prepared;
struct tier_path;

#define PROTECT_HOLDS_MAX 1024

/*
 * struct protect - what is found so far.
 * @out:  its facts receive the holds, its placeholders what had to be made
 * @hold: the same holds to write to, PROTECT_HOLDS_MAX of them
 */
struct protect {
	const struct policy *policy;
	struct prepared *out;
	struct tier_path *hold;
};

/*
 * protect_path - hold one path of a root, and its parents against renaming.
 * @root: number of the root
 * @path: relative to it; components may be links, which are held with what they lead to
 * @text: content of the placeholder where only the last component is absent, NULL for a directory
 *
 * What is absent is held at its topmost absent component. Returns 0, or negative errno with the
 * path and the reason in @e.
 */
int protect_path(struct protect *t, size_t root, const char *path, const char *text, struct err *e);

/*
 * protect_all - everything of the policy's files.protect, and what belongs to it in git
 * directories.
 *
 * Does nothing but in direct mode. Returns 0, or negative errno with the path and the reason in @e.
 */
int protect_all(const struct policy *p, struct prepared *out, struct err *e);

#endif
