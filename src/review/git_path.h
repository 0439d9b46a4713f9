/* SPDX-License-Identifier: Apache-2.0 */
/* What a path means to git: which part of it lies inside a git directory. */
#ifndef REVIEW_GIT_PATH_H
#define REVIEW_GIT_PATH_H

#include <stdbool.h>

struct review_root;

/* The next component of a path, or NULL past the last. */
const char *path_next(const char *path);

/* Whether @path is @top or lies below it. Case is ignored, because some file systems do. */
bool path_is_in(const char *path, const char *top);

/* Whether a root is itself a git directory, as the common directory of worktrees is. */
bool git_is_root(const struct review_root *r);

/* What follows the last `.git` component, or all of it in a git directory; else NULL. */
const char *git_inside(const struct review_root *r, const char *path);

/*
 * git_holds - whether @inside (of a git directory) is @top, lies below it, or does so in the git
 * directory of a submodule or worktree; names of branches and objects do not count.
 */
bool git_holds(const char *inside, const char *top);

/* Where the component @name begins in @inside, or NULL. */
const char *git_component(const char *inside, const char *name);

#endif
