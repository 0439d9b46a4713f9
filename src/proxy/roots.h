/* SPDX-License-Identifier: Apache-2.0 */
/* The host's list of authorities, of which those are read that a server refers to. */
#ifndef PROXY_ROOTS_H
#define PROXY_ROOTS_H

#include <stddef.h>

struct ssl_ctx_st;

/*
 * roots_use - verify servers by a list of certificates in PEM.
 * @path: of the list; entries that are no certificates are passed over
 *
 * Only the names in it are looked at; a certificate is read when a chain leads to it, because
 * reading all of them takes some ten times longer than a handshake.
 * Returns how many there are; negative errno when the list cannot be read.
 * Source: RFC 5280 section 4.1, X509_LOOKUP_meth_new(3).
 */
int roots_use(struct ssl_ctx_st *x, const char *path);

/*
 * roots_each - call for every certificate of a list, with its bytes (DER).
 * Returns 0; -ENOENT when the list cannot be read.
 */
int roots_each(const char *path, void (*take)(void *who, const unsigned char *der, size_t n),
	       void *who);

#endif
