/* SPDX-License-Identifier: Apache-2.0 */
/* What both ends of an opened stream are made from: our own authority, and the host's roots. */
#ifndef PROXY_TLS_MAKER_H
#define PROXY_TLS_MAKER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/host.h"

struct buf;
struct ssl_st;
struct tls_maker;

/*
 * tls_maker_new - an authority and the rules of TLS toward the sandbox: TLS 1.2 and 1.3.
 * Returns 0, or negative errno with @e filled.
 */
int tls_maker_new(struct tls_maker **ret, struct err *e);
void tls_maker_free(struct tls_maker *m);

/* tls_maker_pem - append the certificate that the sandbox has to trust. Returns 0 or -ENOMEM. */
int tls_maker_pem(const struct tls_maker *m, struct buf *out);

/* tls_maker_java - append the same beside the host's roots, as Java reads them: jks_build. */
int tls_maker_java(const struct tls_maker *m, struct buf *out);

/*
 * tls_maker_serve - our end toward the sandbox; @host is what it is shown as, and of an address
 * the name that the client asks for instead. @host: borrowed while the handshake lasts. @is_h2:
 * HTTP/2 is agreed on, which the client has to offer; without that it is told no protocol.
 *
 * Returns NULL when memory is spent.
 */
struct ssl_st *tls_maker_serve(struct tls_maker *m, int fd, const struct host *host, bool is_h2);

/*
 * tls_maker_dial - our end toward a server, which must prove to be @host by the host's roots.
 * Those are read when the first server is dialled. @has_h2: HTTP/2 is offered beside HTTP/1.1.
 *
 * Returns NULL when they cannot be read, or memory is spent.
 */
struct ssl_st *tls_maker_dial(struct tls_maker *m, int fd, const struct host *host, bool has_h2);

#endif
