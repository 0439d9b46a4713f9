/* SPDX-License-Identifier: Apache-2.0 */
/* One end of a TLS connection on a socket that never blocks. */
#ifndef PROXY_TLS_H
#define PROXY_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ssl_st;

#define TLS_WHY_MAX 128

/*
 * struct tls - zero it; @ssl is owned.
 * @is_up:  the handshake is over
 * @why:    what went wrong, for people
 */
struct tls {
	struct ssl_st *ssl;
	bool is_up;
	char why[TLS_WHY_MAX];
};

/*
 * tls_shake - go on with the handshake.
 * Returns 0 when it is over; -EAGAIN when the socket has to move first; -EPROTO with @why.
 */
int tls_shake(struct tls *t);

/* tls_read - returns bytes; 0 at the end; -EAGAIN; -EPROTO with @why. */
ssize_t tls_read(struct tls *t, void *p, size_t n);

/* tls_write - returns how many were taken, at least 1 of @n; -EAGAIN; -EPROTO with @why. */
ssize_t tls_write(struct tls *t, const void *p, size_t n);

/* tls_speaks_h2 - whether HTTP/2 was agreed on, once the handshake is over. */
bool tls_speaks_h2(const struct tls *t);

/* tls_end - tell the other side that no more comes, if there is room for that. */
void tls_end(struct tls *t);

void tls_done(struct tls *t);

#endif
