/* SPDX-License-Identifier: Apache-2.0 */
/* Watching that what direct mode holds is still what it holds. */
#ifndef SANDBOX_VIGIL_H
#define SANDBOX_VIGIL_H

#include "base/err.h"

struct tier_facts;

/*
 * Somebody on the host may replace or remove a held path: the kernel then takes the mount off it,
 * in the sandbox too. That cannot be prevented, only noticed. An inotify instance would notice
 * sooner, but waits for a grace period of the kernel's, 20 ms at times, when it is closed.
 * Source: Linux, fs/namei.c, "detach_mounts".
 */

/*
 * vigil_open - a clock that says when to look.
 *
 * Returns an owned fd that polls readable when it is time, or negative errno.
 */
int vigil_open(struct err *e);

/*
 * vigil_lost - a held path that is another object by now, or none; NULL when all are as they were.
 * @fd: from vigil_open: looks when it is time; negative to look in any case
 */
const char *vigil_lost(int fd, const struct tier_facts *f);

#endif
