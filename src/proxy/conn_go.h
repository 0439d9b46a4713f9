/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where a connection may go, and dials it. */
#ifndef PROXY_CONN_GO_H
#define PROXY_CONN_GO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/host.h"
#include "proxy/rules.h"

struct conn;
struct proxy;

/* conn_go - where it wants to go is known: dial it or refuse. */
void conn_go(struct conn *c, const struct host *host, uint16_t port);

/*
 * conn_take_dialled - the dial is over: greet the client or refuse. Returns whether to go on; after
 * a failure too, where the client is to be told of it inside an opened stream.
 */
bool conn_take_dialled(struct conn *c);

/* conn_on_dialled - what a dial of the connection @who is done with. */
void conn_on_dialled(void *who, int fd, const struct addr *addr);

/* conn_refuse_dialled - refuse for the failure in @error. */
void conn_refuse_dialled(struct conn *c);

/* Whether rules or secrets are for what is inside, so that the stream must be opened. */
bool conn_must_open(const struct conn *c);

/* conn_judge - what the rules say about a host, and about the address that its name leads to. */
struct verdict conn_judge(const struct proxy *p, const struct host *host, uint16_t port,
			  const struct addr *addr);

/* conn_is_allowed - whether the rules, as they are now, hold what it goes to. */
bool conn_is_allowed(const struct conn *c, const struct addr *addr);

#endif
