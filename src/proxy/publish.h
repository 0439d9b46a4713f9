/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that come from ports of the host and lead into the sandbox. */
#ifndef PROXY_PUBLISH_H
#define PROXY_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONNECTORS_MAX 32

struct conn;
struct proxy;

/*
 * struct connectors - sockets of the sandbox that nobody has connected; zero it.
 * @fd:       of IPv4 and of IPv6 (owned)
 * @asked_ms: when more were asked for last; 0 when they came
 */
struct connectors {
	int fd[2][CONNECTORS_MAX];
	size_t n[2];
	uint64_t asked_ms;
};

/* publish_take - one more. @fd: owned; closed where it is none, or one too many */
void publish_take(struct proxy *p, int fd);

/* publish_has_room - whether another connection can be led inside; asks for sockets in time. */
bool publish_has_room(struct proxy *p);

/*
 * publish_begin - lead a connection inside, to the port that its listener stands for.
 * @listener: of the host (borrowed)
 * @fd:       owned
 */
void publish_begin(struct proxy *p, int listener, int fd);

/* publish_dialled - its dial is over. Returns whether to go on. */
bool publish_dialled(struct conn *c);

#endif
