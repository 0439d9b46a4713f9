/* SPDX-License-Identifier: Apache-2.0 */
/* What the host can do, found by doing it in a child that is gone afterwards. */
#ifndef LINUX_HOST_H
#define LINUX_HOST_H

#include "base/err.h"

/*
 * host_try_userns - make a user namespace, map this user, and mount something in it.
 *
 * Returns 0, or negative errno with @e saying at which step it failed and what blocks it.
 */
int host_try_userns(struct err *e);

/*
 * host_try_proc - mount a /proc of its own in new user and pid namespaces.
 */
int host_try_proc(struct err *e);

/*
 * host_try_overlay - mount an overlay in a user namespace.
 * @dir: holds lower/, upper/ and work/, on the file system that would hold the changes
 */
int host_try_overlay(const char *dir, struct err *e);

/* host_try_redirect - make the redirect of all ports, in a network namespace that ends at once. */
int host_try_redirect(struct err *e);

/*
 * host_try_listener - load a filter with a listener. -EBUSY: an outer sandbox has one already.
 */
int host_try_listener(struct err *e);

/* The Landlock ABI, 0 when there is none. */
int host_landlock_abi(void);

#endif
