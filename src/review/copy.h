/* SPDX-License-Identifier: Apache-2.0 */
/* A private copy of a directory, with a manifest, where overlay is not to be had. */
#ifndef REVIEW_COPY_H
#define REVIEW_COPY_H

#include "base/err.h"
#include "review/root.h"

/*
 * review_copy_make - fill `copy/` and `manifest` in the store of a root, before the start.
 * @r: kind REVIEW_COPY; files made belong to the caller, or to box_uid:box_gid when that is set
 *     and the caller may give them away
 *
 * Reflinks where the file system can, else copies without filling holes. Modes, times, links,
 * hard links, user.* attributes and empty directories are kept; sockets, fifos and devices are
 * skipped, other mounts not entered, links never followed.
 * Returns 0 or negative errno with @e filled.
 */
int review_copy_make(const struct review_root *r, struct err *e);

#endif
