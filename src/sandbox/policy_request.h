/* SPDX-License-Identifier: Apache-2.0 */
/* What a person asks a running sandbox to change about its network, as text and back. */
#ifndef SANDBOX_POLICY_REQUEST_H
#define SANDBOX_POLICY_REQUEST_H

#include <stddef.h>

#include "base/err.h"
#include "base/host_rule.h"

#define POLICY_REQUEST_MAX 32 /* rules at once */
#define POLICY_REQUEST_BYTES 16384

struct buf;

/*
 * struct policy_request - rules to add, in their order; the later word about a rule counts.
 * @list: HOST_RULE_ALLOW or HOST_RULE_DENY
 * @rule: what it says; @text: as it was written
 */
struct policy_request {
	size_t n;
	struct policy_request_rule {
		enum host_rule_list list;
		struct host_rule rule;
		char text[HOST_RULE_TEXT_MAX];
	} rule[POLICY_REQUEST_MAX];
};

/* Add one rule. Returns 0; -EINVAL for no host, -E2BIG for one too many, with @e filled. */
int policy_request_add(struct policy_request *q, enum host_rule_list list, const char *text,
		       struct err *e);

/* policy_request_print - append it as text. */
void policy_request_print(const struct policy_request *q, struct buf *out);

/*
 * policy_request_parse - read what policy_request_print wrote, and nothing else.
 *
 * Returns 0, or negative errno with @e saying which line.
 */
int policy_request_parse(const char *p, size_t n, struct policy_request *ret, struct err *e);

#endif
