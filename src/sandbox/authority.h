/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the sandbox trusts: the host's authorities, and its proxy where streams are opened. */
#ifndef SANDBOX_AUTHORITY_H
#define SANDBOX_AUTHORITY_H

#include "base/arena.h"
#include "base/err.h"
#include "tier/facts.h"

struct egress;
struct store_box;

/*
 * authority_roots - the host's list of authorities: what SSL_CERT_FILE names, or the system's.
 * @ret: NULL, or where it is; owned by the arena
 *
 * Returns 0 or -ENOMEM.
 */
int authority_roots(struct arena *a, const char **ret);

/*
 * authority_make - wait for the proxy's authority, and add it to a copy of the host's list.
 * @box: where the copy is kept until authority_forget
 * @f:   @authority, @roots and @roots_over are filled
 *
 * Returns 0; -ENOENT when the host has no list; -EPIPE when the proxy ended; else negative errno.
 */
int authority_make(struct egress *x, const struct store_box *box, struct arena *a,
		   struct tier_facts *f, struct err *e);

/* authority_forget - the copy is in use, or never will be. */
void authority_forget(const struct store_box *box);

#endif
