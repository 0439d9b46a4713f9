/* SPDX-License-Identifier: Apache-2.0 */
/* The files of git directories that make git run programs, for direct mode. */
#ifndef SANDBOX_GIT_PROTECT_H
#define SANDBOX_GIT_PROTECT_H

#include "base/err.h"

struct protect;

/*
 * git_protect - hold hooks, config and what takes their place, in the workspace's git directory, in
 * those of its submodules and worktrees, and in the git directories that are roots themselves.
 *
 * A file "commondir" in a git directory tells git to read its configuration elsewhere. Source:
 * gitrepository-layout(5), "commondir", "config.worktree", "modules", "worktrees".
 */
int git_protect(struct protect *t, struct err *e);

#endif
