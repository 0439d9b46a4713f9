/* SPDX-License-Identifier: Apache-2.0 */
/* Says no: in the words of the client's protocol, or by a reset. */
#ifndef PROXY_REFUSE_H
#define PROXY_REFUSE_H

#include <stdint.h>

#include "base/host.h"
#include "proxy/budget.h"
#include "proxy/denial.h"
#include "proxy/rules.h"

struct conn;

/*
 * struct refusal - why not.
 * @reply:  errno for socks_reply_of, negative
 * @detail: a sentence
 * @flag:   what would allow it, or ""
 * @host:   whom it is about
 */
struct refusal {
	enum denial_kind kind;
	int reply;
	char detail[VERDICT_TEXT_MAX];
	char flag[VERDICT_TEXT_MAX];
	struct host host;
	uint16_t port;
};

/* refuse_target - the rules say no to a host; @addr is the address that they say it about, or NULL.
 */
void refuse_target(struct conn *c, const struct host *host, const struct addr *addr);

/* refuse_stream - what the client sent is not allowed, and why, in a sentence. */
void refuse_stream(struct conn *c, enum denial_kind kind, const char *why);

/* refuse_socks - what was asked for by SOCKS is no good; @error: of socks_request_parse. */
void refuse_socks(struct conn *c, int error);

/* refuse_error - the server cannot be reached. */
void refuse_error(struct conn *c, int error);

/* refuse_budget - a limit is reached. */
void refuse_budget(struct conn *c, enum budget_hit hit);

/* refuse_drain - all was said: wait until the client has read it. */
void refuse_drain(struct conn *c);

/* refuse_step - go on with a refusal that waits for its client. */
void refuse_step(struct conn *c);

#endif
