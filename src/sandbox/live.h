/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the network policy of a running sandbox, by the person outside alone. */
#ifndef SANDBOX_LIVE_H
#define SANDBOX_LIVE_H

#include "base/arena.h"
#include "base/err.h"
#include "policy/policy.h"
#include "sandbox/policy_request.h"

struct egress;
struct secrets;
struct store_box;

/*
 * struct live - initialise with LIVE_INIT.
 * @fd:     a datagram socket in the sandbox's directory, which no sandbox sees (owned)
 * @dir:    of the sandbox (borrowed)
 * @policy: the rules as they are now; its lists are in @arena once they were changed
 */
struct live {
	int fd;
	int dir;
	struct policy policy;
	const struct secrets *secrets;
	struct egress *egress;
	struct arena arena;
};

#define LIVE_INIT ((struct live){ .fd = -1, .dir = -1 })

/* live_open - take requests from now on; where nothing may be reached, none. */
int live_open(struct live *l, const struct policy *p, int dir, struct err *e);

/*
 * live_serve - answer one request that is there; never waits, and a bad one changes nothing.
 *
 * Only what the same user sent is looked at. Source: unix(7), SCM_CREDENTIALS.
 */
void live_serve(struct live *l);

void live_close(struct live *l);

/* live_ask - have a running sandbox change its rules. Returns 0, or negative errno with its words.
 */
int live_ask(const struct store_box *box, const struct policy_request *q, struct err *e);

#endif
