/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the sandbox trusts: the host's authorities, and its proxy where streams are opened. */
#ifndef SANDBOX_AUTHORITY_H
#define SANDBOX_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct policy;
struct prepared;
struct store_box;

/*
 * struct authority - two files that the plan shows to the sandbox: the proxy's certificate, and the
 * host's list with that added. The certificate comes while the sandbox is being made.
 * @own, @roots: the files, open (owned); -EBADF where no streams are opened
 * @java:    a list for Java, where the host has one; else -EBADF
 * @is_told: the certificate is in the first two; @is_java_told: and in the third
 */
struct authority {
	int own, roots, java;
	bool is_told, is_java_told;
};

#define AUTHORITY_INIT ((struct authority){ .own = -EBADF, .roots = -EBADF, .java = -EBADF })

/*
 * authority_list - the host's list of authorities: what SSL_CERT_FILE names, or the system's.
 * Returns where it is, owned by the arena; NULL when there is none.
 */
const char *authority_list(struct arena *a);

/*
 * authority_make - make the files, where the policy has streams opened; else do nothing.
 * @run: they are in its store until authority_forget; of its facts @authority, @roots and
 *       @java are filled, with what they are laid over
 *
 * Returns 0; -ENOENT when the host has no list; else negative errno.
 */
int authority_make(const struct policy *p, struct prepared *run, struct err *e);

/*
 * authority_tell - add what the proxy told.
 * @what: enum egress_trust
 * @fd:   from its beginning
 *
 * Returns 0; -EPROTO for what is not that; else negative errno.
 */
int authority_tell(struct authority *x, uint32_t what, int fd, struct err *e);

/* Whether all was told that the files wait for. */
bool authority_is_told(const struct authority *x);

/* authority_forget - no sandbox is going to be started with the files, or it has ended. */
void authority_forget(struct authority *x, const struct store_box *box);

#endif
