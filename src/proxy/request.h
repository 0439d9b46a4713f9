/* SPDX-License-Identifier: Apache-2.0 */
/* Passes on the requests of one connection that speaks HTTP/1, each after its head was judged. */
#ifndef PROXY_REQUEST_H
#define PROXY_REQUEST_H

#include <stdbool.h>

struct conn;
struct request;

/* request_new - NULL when memory is spent. request_free takes NULL. */
struct request *request_new(void);
void request_free(struct request *r);

/*
 * request_move - move what may be moved from the client to the server.
 *
 * Returns as flow_move does, FLOW_WAIT also when the request was refused. When the stream turns
 * into something else (RFC 9110 section 7.8), the connection's @request is freed and NULL.
 */
int request_move(struct conn *c);

/* request_holds_answer - whether the server's next bytes are looked at first, by request_move. */
bool request_holds_answer(const struct request *r);

#endif
