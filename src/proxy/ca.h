/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate authority of one sandbox: made in memory, never written, gone with the proxy. */
#ifndef PROXY_CA_H
#define PROXY_CA_H

#include "base/err.h"
#include "base/host.h"

struct buf;
struct ca;
struct evp_pkey_st;
struct x509_st;

/* ca_new - a new authority with a key of its own. Returns 0, or negative errno with @e filled. */
int ca_new(struct ca **ret, struct err *e);
void ca_free(struct ca *ca);

/* ca_pem - append its certificate, as text. Returns 0 or -ENOMEM. */
int ca_pem(const struct ca *ca, struct buf *out);

/* Its certificate; borrowed. */
struct x509_st *ca_certificate(const struct ca *ca);

/*
 * ca_leaf - the certificate that a server is shown by.
 *
 * It is made when it is first asked for; some hundred are kept. Borrowed until the next call.
 * Returns NULL when memory is spent. Source: RFC 5280 section 4.2, RFC 6125.
 */
struct x509_st *ca_leaf(struct ca *ca, const struct host *host);

/* The key of every certificate that ca_leaf makes; borrowed. It signs no certificates. */
struct evp_pkey_st *ca_leaf_key(const struct ca *ca);

#endif
