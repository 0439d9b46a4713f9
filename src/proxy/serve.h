/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the sandbox's connections from the sockets that listen for them. */
#ifndef PROXY_SERVE_H
#define PROXY_SERVE_H

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

/* serve_done - stop serving. */
void serve_done(struct proxy *p);

#endif
