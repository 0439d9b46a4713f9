/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for pushes: which refs of which repositories, and what may become of them. */
#ifndef PROXY_GIT_RULE_H
#define PROXY_GIT_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host_rule.h"
#include "proxy/git_request.h"
#include "proxy/http_rule.h"

/*
 * What may become of a ref. A push says which object a ref is to name, not whether that is ahead of
 * the one it names now; only the repository knows. So GIT_MAY_CREATE is the only one that surely
 * rewinds nothing, and below GIT_MAY_DELETE the server's own protection decides about rewinding.
 */
enum git_mode {
	GIT_MAY_CREATE, /* refs that are not there yet */
	GIT_MAY_UPDATE, /* and those that are, forward or back */
	GIT_MAY_DELETE	/* all of it: force */
};

/*
 * struct git_rule - one rule.
 * @repo: pattern of http_path_match for the repository's path, without .git: /owner/name, **
 * @refs: patterns alike; without refs/ before it one means a branch
 */
struct git_rule {
	struct host_rule host;
	const char *repo;
	enum git_mode mode;
	struct words refs;
};

/* Where a push goes. */
struct git_target {
	const struct host *host;
	uint16_t port;
	struct http_text repo; /* as git_request_parse gives it */
};

/* Whether rules name a host at a port, so that its streams must be opened to be held to them. */
bool git_rules_cover(const struct git_rule *rules, size_t n, const struct git_target *target);

/*
 * git_rules_find - the rule that allows.
 * @command: what is pushed; NULL asks whether anything may be pushed there at all, as its
 *           discovery does
 *
 * Returns NULL when no rule does.
 */
const struct git_rule *git_rules_find(const struct git_rule *rules, size_t n,
				      const struct git_target *target,
				      const struct git_command *command);

#endif
