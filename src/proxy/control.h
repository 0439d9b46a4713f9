/* SPDX-License-Identifier: Apache-2.0 */
/* The socket to the supervisor: what it sends, and events back, without ever waiting for it. */
#ifndef PROXY_CONTROL_H
#define PROXY_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "plan/egress.h"

/* @dropped: events that found no room, since one last found some */
struct control {
	int fd;
	uint64_t dropped;
};

/*
 * control_receive - one message of the supervisor, if one is there.
 * @ret_fds: owned, close-on-exec; room for EGRESS_FDS_MAX
 *
 * Returns 1; 0 when it is gone; -EAGAIN when nothing is there; -EPROTO for what is no message;
 * else negative errno.
 */
int control_receive(const struct control *c, struct egress_message *ret, int *ret_fds,
		    size_t *ret_fds_n);

/* control_config - the bytes of a configuration: of a memfd that nobody can change any more.
 *
 * @ret: the caller's to free
 * Returns its length, -EPERM when it is not sealed, -E2BIG, or negative errno; @e is filled.
 */
int control_config(int memfd, char **ret, struct err *e);

/* control_answer - EGRESS_READY, or EGRESS_FAIL with the reason. */
int control_answer(const struct control *c, enum egress_kind kind, const struct err *e);

/* control_offer - a message with one descriptor (borrowed). Returns 0 or negative errno. */
int control_offer(const struct control *c, enum egress_kind kind, uint32_t value, int fd);

/* control_want - ask for @n more sockets of the sandbox. Returns 0 or negative errno. */
int control_want(const struct control *c, uint32_t n);

/* control_event - send an event; its @kind is set. One that finds no room is dropped and counted.
 */
void control_event(struct control *c, struct egress_message *m);

#endif
