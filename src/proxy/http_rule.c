/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of network.http: which methods and paths of a host may be asked for. */
#include "proxy/http_rule.h"

#include <string.h>

#include "proxy/http_path.h"

static bool is_covered(const struct http_rule *rule, const struct host *host, uint16_t port)
{
	if (!host_rule_has_port(&rule->host, port))
		return false;
	return host->is_address ? host_rule_has_addr(&rule->host, &host->addr)
				: host_rule_has_name(&rule->host, &host->name);
}

bool http_rules_cover(const struct http_rule *rules, size_t n, const struct host *host,
		      uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (is_covered(&rules[i], host, port))
			return true;
	return false;
}

static bool holds_method(const struct http_rule *rule, const struct http_text *method)
{
	for (size_t i = 0; i < rule->methods.n; i++)
		if (strlen(rule->methods.v[i]) == method->n &&
		    memcmp(rule->methods.v[i], method->p, method->n) == 0)
			return true;
	return rule->methods.n == 0;
}

static bool holds_path(const struct http_rule *rule, const struct http_path *path)
{
	for (size_t i = 0; i < rule->paths.n; i++)
		if (http_path_match(rule->paths.v[i], path->text, path->n))
			return true;
	return rule->paths.n == 0;
}

enum http_verdict http_rules_decide(const struct http_rule *rules, size_t n,
				    const struct http_request *request)
{
	enum http_verdict verdict = HTTP_NOT_COVERED;
	struct http_path path;
	bool is_clear = http_path_parse(request->path.p, request->path.n, &path) == 0;

	for (size_t i = 0; i < n; i++) {
		const struct http_rule *rule = &rules[i];

		if (!is_covered(rule, request->host, request->port))
			continue;
		verdict = is_clear ? HTTP_RULE_MISSING : HTTP_PATH_UNCLEAR;
		if (request->has_override && (rule->methods.n > 0 || rule->paths.n > 0))
			continue;
		/* A path that is unclear does not matter to a rule that holds every path. */
		if (holds_method(rule, &request->method) &&
		    (rule->paths.n == 0 || (is_clear && holds_path(rule, &path))))
			return HTTP_ALLOWED;
	}
	return verdict;
}
