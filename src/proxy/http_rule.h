/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of network.http: which methods and paths of a host may be asked for. */
#ifndef PROXY_HTTP_RULE_H
#define PROXY_HTTP_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host_rule.h"
#include "proxy/http_field.h"

/* Words that a rule holds, each terminated; owned by whoever made the rule. */
struct words {
	const char *const *v;
	size_t n;
};

/*
 * struct http_rule - one rule.
 * @methods: none means every method
 * @paths:   patterns for http_path_match; none means every path
 */
struct http_rule {
	struct host_rule host;
	struct words methods;
	struct words paths;
};

/*
 * struct http_request - what is asked of a host, by HTTP/1 or HTTP/2.
 * @path:         path and query as they were sent
 * @has_override: a field asks for another method or path than these
 */
struct http_request {
	const struct host *host;
	uint16_t port;
	struct http_text method;
	struct http_text path;
	bool has_override;
};

enum http_verdict {
	HTTP_NOT_COVERED, /* no rule names the host: nothing is to be decided */
	HTTP_ALLOWED,
	HTTP_RULE_MISSING, /* rules name the host, and none holds this request */
	HTTP_PATH_UNCLEAR, /* servers would differ about the path */
	HTTP_VERDICT_END
};

/* Whether rules name a host at a port, so that its streams must be opened to be held to them. */
bool http_rules_cover(const struct http_rule *rules, size_t n, const struct host *host,
		      uint16_t port);

/*
 * http_rules_decide - decide about one request.
 *
 * One rule must hold host, port, method (as it is spelt) and path. A request that asks for another
 * method or path by a field is held only by a rule that limits neither.
 */
enum http_verdict http_rules_decide(const struct http_rule *rules, size_t n,
				    const struct http_request *request);

#endif
