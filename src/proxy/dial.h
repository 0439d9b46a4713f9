/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to a host: each of its addresses in turn, the next one beside a slow one. */
#ifndef PROXY_DIAL_H
#define PROXY_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/loop.h"
#include "proxy/resolver.h"

#define DIAL_AT_ONCE 4
#define DIAL_MS 15000 /* for all addresses together */

struct dial;

struct attempt {
	struct watch watch;
	struct dial *dial;
	size_t nth; /* of the addresses */
};

/*
 * struct dial - made with dial_new; the first five are the caller's words.
 * @who:     handed back
 * @socket:  NULL, or makes the sockets to connect: an owned fd that does not block, or negative
 * errno
 * @may_try: whether an address may be dialled; asked about each
 * @done:    told once, also from within dial_name and dial_addrs, and frees nothing. @fd is owned
 * by the callee, or negative errno: -EACCES when no address might be tried, of the lookup, or of
 * the last connect(2)
 */
struct dial {
	void *who;
	int (*socket)(void *who, int family);
	bool (*may_try)(void *who, const struct addr *addr);
	void (*done)(void *who, int fd, const struct addr *addr);
	uint16_t port;
	struct loop *loop;
	struct lookup lookup; /* the addresses */
	size_t next;
	int error;
	bool is_over;
	uint64_t until_ms;
	struct timer timer;
	struct attempt attempts[DIAL_AT_ONCE];
};

/* dial_new - NULL when memory is spent. */
struct dial *dial_new(struct loop *loop);

/* dial_free - end what it does; @d may be NULL. Only in a task, as its descriptors are waited for.
 */
void dial_free(struct dial *d);

/* dial_name - begin; 0 or -ENOMEM. */
int dial_name(struct dial *d, struct resolver *r, const struct host_name *name);

/* dial_addrs - begin, with some addresses; RESOLVER_ADDRS_MAX or fewer. */
void dial_addrs(struct dial *d, const struct addr *addrs, size_t n);

#endif
