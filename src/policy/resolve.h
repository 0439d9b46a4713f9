/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as people write them, made absolute and normal. */
#ifndef POLICY_RESOLVE_H
#define POLICY_RESOLVE_H

struct arena;

/*
 * path_resolve - an absolute path without empty, "." or ".." components.
 * @a:    owns the result
 * @home: absolute; stands for a leading "~"
 * @cwd:  absolute; relative paths begin there
 *
 * Looks at the text alone: links are not followed. Returns NULL when memory is spent.
 */
const char *path_resolve(struct arena *a, const char *path, const char *home, const char *cwd);

#endif
