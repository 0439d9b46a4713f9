/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the sandbox's connections from the sockets that listen for them. */
#ifndef PROXY_SERVE_H
#define PROXY_SERVE_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/host.h"
#include "plan/egress.h"

struct proxy;

/*
 * serve_add - serve a listening socket.
 * @fd: owned, also on failure
 *
 * Returns 0 or negative errno.
 */
int serve_add(struct proxy *p, int fd, enum egress_listener kind);

/* serve_start - begin to take connections from all of them. 0 or negative errno. */
int serve_start(struct proxy *p);

/* serve_wake - published ports may have somewhere to lead to again. */
void serve_wake(struct proxy *p);

/* serve_sockaddr - address and port of a socket; IPv4 by an IPv6 socket is IPv4. 0 or -EINVAL. */
int serve_sockaddr(const struct sockaddr_storage *s, struct host *ret, uint16_t *ret_port);

/* serve_done - stop serving. */
void serve_done(struct proxy *p);

#endif
