/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of network.allow and network.deny looks like. */
#include "policy/host_name.h"

#include <string.h>

#include "base/host_rule.h"

int host_pattern_check(const char *text)
{
	struct host_rule rule;

	return host_rule_parse(text, strlen(text), HOST_RULE_ALLOW, &rule);
}
