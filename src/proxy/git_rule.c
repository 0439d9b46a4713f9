/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for pushes: which refs of which repositories, and what may become of them. */
#include "proxy/git_rule.h"

#include <string.h>

#include "proxy/http_path.h"

#define REFS "refs/"
#define BRANCHES "refs/heads/"

static bool is_covered(const struct git_rule *rule, const struct git_target *target)
{
	const struct host *host = target->host;

	if (!host_rule_has_port(&rule->host, target->port))
		return false;
	return host->is_address ? host_rule_has_addr(&rule->host, &host->addr)
				: host_rule_has_name(&rule->host, &host->name);
}

bool git_rules_cover(const struct git_rule *rules, size_t n, const struct git_target *target)
{
	for (size_t i = 0; i < n; i++)
		if (is_covered(&rules[i], target))
			return true;
	return false;
}

static bool holds_ref(const struct git_rule *rule, const struct http_text *ref)
{
	for (size_t i = 0; i < rule->refs.n; i++) {
		const char *pattern = rule->refs.v[i];
		struct http_text rest = *ref;

		if (strncmp(pattern, REFS, strlen(REFS)) != 0) {
			if (rest.n < strlen(BRANCHES) ||
			    memcmp(rest.p, BRANCHES, strlen(BRANCHES)) != 0)
				continue;
			rest.p += strlen(BRANCHES);
			rest.n -= strlen(BRANCHES);
		}
		if (http_path_match(pattern, rest.p, rest.n))
			return true;
	}
	return false;
}

static bool holds_change(enum git_mode mode, enum git_change change)
{
	switch (change) {
	case GIT_CREATE:
		return true;
	case GIT_UPDATE:
		return mode != GIT_MAY_CREATE;
	case GIT_DELETE:
		return mode == GIT_MAY_DELETE;
	}
	return false;
}

const struct git_rule *git_rules_find(const struct git_rule *rules, size_t n,
				      const struct git_target *target,
				      const struct git_command *command)
{
	for (size_t i = 0; i < n; i++) {
		const struct git_rule *rule = &rules[i];

		if (!is_covered(rule, target) ||
		    !http_path_match(rule->repo, target->repo.p, target->repo.n))
			continue;
		if (command == NULL ||
		    (holds_change(rule->mode, command->change) && holds_ref(rule, &command->ref)))
			return rule;
	}
	return NULL;
}
