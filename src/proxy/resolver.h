/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the addresses of names: in /etc/hosts, then at DNS servers, without waiting. */
#ifndef PROXY_RESOLVER_H
#define PROXY_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/err.h"
#include "proxy/config.h"
#include "proxy/dns_lookup.h"
#include "proxy/loop.h"

#define RESOLVER_ADDRS_MAX ((size_t)2 * DNS_ADDRS_MAX)

struct resolver;
struct question;

/*
 * struct lookup - one name that is looked up; the caller's, and stays where it is.
 * @n, @addrs: what was found, the families taking turns
 * @error:     when nothing was: -ENOENT, -ETIMEDOUT, -EAGAIN and so on
 * @done:      told once, never from within resolver_start
 * The rest is the resolver's.
 */
struct lookup {
	size_t n;
	struct addr addrs[RESOLVER_ADDRS_MAX];
	int error;
	void (*done)(struct lookup *l);
	struct resolver *resolver;
	struct question *questions[2];
	struct dns_found found[2];
	struct timer timer;
	bool is_starting;
};

/* resolver_new - NULL with @e when it cannot be had; it asks whom resolv.conf names. */
struct resolver *resolver_new(struct loop *loop, struct err *e);
void resolver_free(struct resolver *r);

/* resolver_servers - ask these instead; none leaves it as it is. 0, or negative errno. */
int resolver_servers(struct resolver *r, const struct server *servers, size_t n);

/*
 * resolver_start - begin to look a name up.
 * Returns 1 when it is over already, 0 when @done will be called, -ENOMEM.
 */
int resolver_start(struct resolver *r, const struct host_name *name, struct lookup *l);

/* resolver_cancel - @done will not be called; for one that is over it does nothing. */
void resolver_cancel(struct lookup *l);

#endif
