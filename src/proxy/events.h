/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the supervisor what was decided and what became of it. */
#ifndef PROXY_EVENTS_H
#define PROXY_EVENTS_H

#include <stdint.h>

#include "base/host.h"
#include "proxy/budget.h"
#include "proxy/rules.h"

struct conn;
struct proxy;

/* What was decided, in words; @flag may be "". */
struct words_of {
	const char *detail;
	const char *flag;
};

/* events_tell - an event about a host; @host may be NULL when there is none. */
void events_tell(struct proxy *p, const char *type, const struct host *host, uint16_t port,
		 struct words_of words);

/* events_refused - what a connection asked for is refused; names its client. */
void events_refused(const struct conn *c, const char *type, const struct host *host, uint16_t port,
		    struct words_of words);

/* events_conn - an event about a connection; with its bytes, and the address that it reached. */
void events_conn(const struct conn *c, const char *type, struct words_of words);

/* events_budget - a limit was reached; of a connection, or NULL. */
void events_budget(struct proxy *p, const struct conn *c, enum budget_hit hit);

/* events_host - the host of a connection; neither name nor address while none is known. */
void events_host(const struct conn *c, struct host *ret);

#endif
