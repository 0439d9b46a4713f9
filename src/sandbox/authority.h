/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the sandbox trusts: the host's authorities, and its proxy where streams are opened. */
#ifndef SANDBOX_AUTHORITY_H
#define SANDBOX_AUTHORITY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

struct policy;
struct prepared;
struct store_box;

/*
 * struct authority - two files that the plan shows to the sandbox: the proxy's certificate, and the
 * host's list with that added. The certificate comes while the sandbox is being made.
 * @own, @roots: the files, open (owned); -EBADF where no streams are opened
 * @is_told: the certificate is in both
 */
struct authority {
	int own, roots;
	bool is_told;
};

#define AUTHORITY_INIT ((struct authority){ .own = -EBADF, .roots = -EBADF })

/*
 * authority_list - the host's list of authorities: what SSL_CERT_FILE names, or the system's.
 * Returns where it is, owned by the arena; NULL when there is none.
 */
const char *authority_list(struct arena *a);

/*
 * authority_make - make the files, where the policy has streams opened; else do nothing.
 * @run: they are in its store until authority_forget; of its facts @authority, @roots and
 *       @roots_over are filled
 *
 * Returns 0; -ENOENT when the host has no list; else negative errno.
 */
int authority_make(const struct policy *p, struct prepared *run, struct err *e);

/*
 * authority_tell - add what the proxy told: @fd, from its beginning.
 * Returns 0; -EPROTO for what is no certificate; else negative errno.
 */
int authority_tell(struct authority *x, int fd, struct err *e);

/* authority_forget - no sandbox is going to be started with the files, or it has ended. */
void authority_forget(struct authority *x, const struct store_box *box);

#endif
