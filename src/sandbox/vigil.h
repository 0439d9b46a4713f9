/* SPDX-License-Identifier: Apache-2.0 */
/* Watching that what direct mode holds is still what it holds. */
#ifndef SANDBOX_VIGIL_H
#define SANDBOX_VIGIL_H

#include "base/err.h"

struct tier_facts;

/*
 * Somebody on the host may replace or remove a held path: the kernel then takes the mount off it,
 * in the sandbox too. That cannot be prevented, only noticed.
 * Source: Linux, fs/namei.c, "detach_mounts"; inotify(7).
 */

/*
 * vigil_open - begin to watch every directory that something held lies in.
 *
 * Returns an owned fd that polls readable when there is something to look at, or negative errno.
 */
int vigil_open(const struct tier_facts *f, struct err *e);

/*
 * vigil_lost - a held path that is another object by now, or none; NULL when all are as they were.
 * @fd: takes what has happened off it; negative to look at every path in any case
 */
const char *vigil_lost(int fd, const struct tier_facts *f);

#endif
