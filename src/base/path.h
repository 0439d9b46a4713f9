/* SPDX-License-Identifier: Apache-2.0 */
/* Paths opened through directory fds, so that a name is resolved once and then held. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * path_open_beneath - open what a stranger named, beneath a directory.
 * @dir:   directory fd (borrowed)
 * @path:  relative; a link anywhere in it, "..", or a magic link fails
 * @flags: O_*; O_CLOEXEC is added
 * @mode:  for O_CREAT, else 0
 *
 * Returns an owned fd; -ELOOP for a link, -EXDEV for a path that leaves @dir; else negative errno.
 * Source: openat2(2), RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS.
 */
int path_open_beneath(int dir, const char *path, int flags, mode_t mode);

/*
 * path_open_in_root - open with @dir as the root for "..", "/" and links.
 * Magic links fail. Source: openat2(2), RESOLVE_IN_ROOT.
 */
int path_open_in_root(int dir, const char *path, int flags, mode_t mode);

/*
 * path_open_plain - open a path that a user of ours named: links are followed, magic links not.
 */
int path_open_plain(int dir, const char *path, int flags, mode_t mode);

/*
 * path_mkdirs - make a directory and its parents beneath @dir, without following links.
 * @path: relative
 *
 * Returns an owned O_PATH fd of the last one, or negative errno with @e filled.
 */
int path_mkdirs(int dir, const char *path, mode_t mode, struct err *e);

/*
 * path_normal - whether a path is absolute and has no empty, "." or ".." component.
 */
int path_normal(const char *path);

/*
 * path_within - whether normal @path is @dir or lies below it.
 */
int path_within(const char *path, const char *dir);

#endif
