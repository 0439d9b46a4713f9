/* SPDX-License-Identifier: Apache-2.0 */
/* Judges one request of a stream that is looked at, by HTTP/1 or HTTP/2, by all rules for it. */
#ifndef PROXY_HTTP_JUDGE_H
#define PROXY_HTTP_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "proxy/budget.h"
#include "proxy/config.h"
#include "proxy/denial.h"
#include "proxy/http_field.h"

#define HTTP_JUDGED_MAX 512

/*
 * struct http_way - a connection that is looked at, and whither it goes.
 * @values: of the secrets, by their number (borrowed)
 * @host:   what the connection was allowed for, and @port
 */
struct http_way {
	const struct config *config;
	const struct http_text *values;
	struct budget *budget;
	struct host host;
	uint16_t port;
	bool is_tls;
};

/*
 * struct http_asked - what a request asks.
 * @host:  whom it names, with @port (0 when it names none); NULL when it names nobody
 * @path:  path and query as they were sent; empty for OPTIONS *
 */
struct http_asked {
	const struct host *host;
	uint16_t port;
	struct http_text method;
	struct http_text path;
	bool has_override;
};

/*
 * struct http_judged - the decision.
 * @is_allowed: it may go on
 * @kind:       of the denial, when not; @detail says it in a sentence
 * @is_push:    it goes on only when http_judge_push allows each command in its body
 */
struct http_judged {
	bool is_allowed;
	bool is_push;
	enum denial_kind kind;
	char detail[HTTP_JUDGED_MAX];
};

/*
 * http_judge - decide about a request.
 *
 * It must be for the host that the connection was allowed for; of one that was allowed by address
 * it may name any. Then the rules of network.http and those for pushes must hold it, and the
 * budget must not be spent.
 */
void http_judge(const struct http_way *way, const struct http_asked *asked, uint64_t now_ms,
		struct http_judged *ret);

/*
 * http_judge_push - decide about the commands of a push.
 * @path: of the request
 * @body: content of the body so far
 * @ret:  the decision, when it is made
 *
 * Returns 1 when it is made; 0 when more of the body is needed.
 */
int http_judge_push(const struct http_way *way, const struct http_text *path,
		    const struct http_text *body, struct http_judged *ret);

/* Whether any rule or secret makes it necessary to look into the streams of a host at a port. */
bool http_must_open(const struct config *config, const struct host *host, uint16_t port);

#endif
