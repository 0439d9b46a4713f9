/* SPDX-License-Identifier: Apache-2.0 */
/* Directories that git takes for its own, whatever they are called. */
#ifndef REVIEW_GIT_DIR_H
#define REVIEW_GIT_DIR_H

#include <stdbool.h>
#include <stddef.h>

struct review_trees;

/*
 * git_dir_obeys - whether a changed path is one that git takes orders from.
 * @root: of the path
 * @path: relative to it
 *
 * That is configuration, hooks or the like beside a HEAD, on the host or in the sandbox; or a new
 * HEAD beside one of those. A bare repository in any directory is one to git, and a `.git` file or
 * `commondir` may name any directory. Source: gitrepository-layout(5), git-config(1)
 * "safe.bareRepository".
 */
bool git_dir_obeys(const struct review_trees *t, size_t root, const char *path);

#endif
