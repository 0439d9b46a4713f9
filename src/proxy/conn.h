/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of the sandbox, from its first byte to its last. */
#ifndef PROXY_CONN_H
#define PROXY_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "plan/egress.h"
#include "proxy/flow.h"
#include "proxy/loop.h"

struct dial;
struct opened;
struct proxy;
struct refusal;
struct request;

enum conn_phase {
	CONN_GREETING, /* a client that knows of proxies says where it wants to go */
	CONN_SERVED,   /* allowed: dialled and looked at, both at once, then passed on */
	CONN_REFUSING, /* an answer says why not */
	CONN_OVER
};

enum conn_voice {
	VOICE_NONE,    /* it does not know that we are here */
	VOICE_SOCKS,   /* SOCKS 5 */
	VOICE_CONNECT, /* HTTP, for a tunnel */
	VOICE_HTTP     /* HTTP, for the request at hand */
};

struct conn {
	struct proxy *proxy;
	struct conn *next, *prev;
	struct task task;
	struct timer timer;
	struct pipe_wait wait;
	struct side client, server;
	struct flow up, down;
	struct dial *dial;	 /* until the server is connected */
	struct request *request; /* of a stream whose requests are looked at */
	struct opened *opened;	 /* of a TLS stream that is opened */
	struct refusal *refusal; /* of CONN_REFUSING */
	uint64_t counted;	 /* bytes that the budget knows of */
	uint64_t addr_bytes;	 /* of an address, what names_bytes is of a name */
	int number;		 /* of the name, as names.h has it; -1 for an address */
	struct addr addr;	 /* what was meant; of a name, what was dialled */
	uint16_t port;
	int error; /* of @dial, negative */
	enum conn_phase phase;
	enum conn_voice voice;
	bool is_published; /* comes from the host and goes into the sandbox */
	bool is_greeted;   /* SOCKS: methods are agreed on */
	bool is_dialled;   /* @dial is over */
	bool is_inspected; /* the client's first bytes may pass */
	bool is_half;	   /* one side has ended */
	bool is_hurried;   /* TIMER_HEAD runs */
	bool has_moved;	   /* since TIMER_IDLE was started */
};

/*
 * conn_new - take a connection of the sandbox. @fd: owned
 *
 * Returns NULL when budget or memory allows no more; @fd is reset then.
 */
struct conn *conn_new(struct proxy *p, int fd, enum egress_listener kind);

/* conn_hurry - give the client ten seconds for what it has begun; or no longer. */
void conn_hurry(struct conn *c, bool on);

/* conn_end - end it, what was sent still arrives; conn_reset - as a connection that was reset. */
void conn_reset(struct conn *c);
void conn_end(struct conn *c);

/* conn_means - what its flows move with. */
struct flow_means conn_means(struct conn *c);

#endif
