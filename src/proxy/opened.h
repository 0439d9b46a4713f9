/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS stream that is opened, because rules or secrets are for what is said inside. */
#ifndef PROXY_OPENED_H
#define PROXY_OPENED_H

struct conn;
struct opened;

/* opened_new - open a connection whose client has begun with TLS. NULL when memory is spent. */
struct opened *opened_new(struct conn *c);
void opened_free(struct opened *o);

/*
 * opened_move - do what can be done now: handshakes, requests, replies. The connection's @error
 * tells that the server could not be reached, which the client is told by HTTP then.
 */
void opened_move(struct conn *c);

/* opened_slow - what was begun was not gone on with in time. */
void opened_slow(struct conn *c);

#endif
