/* SPDX-License-Identifier: Apache-2.0 */
/* Git directories that lie outside the workspace: of worktrees, and of submodules. */
#ifndef SANDBOX_GIT_H
#define SANDBOX_GIT_H

#include <stdbool.h>

#include "base/err.h"

struct prepared;

/*
 * git_roots - add the git directory that the workspace's .git file names as a further root.
 *
 * Only when that directory names this workspace in turn: a .git file is the workspace's content,
 * and could name anything. Source: gitrepository-layout(5), "gitdir", "commondir"; gitmodules(5).
 */
int git_roots(struct prepared *p, struct err *e);

/*
 * git_files_of - where the files of a submodule are, by its git directory's configuration.
 * @ret: real path, PATH_MAX bytes
 */
bool git_files_of(const char *gitdir, char *ret);

#endif
