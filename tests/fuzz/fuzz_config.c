/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the proxy's configuration: an error with its line, or rules that decide. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "proxy/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rules(const struct rules *rules)
{
	for (size_t i = 0; i < rules->n_allow; i++) {
		const struct host_rule *rule = &rules->allow[i];
		struct target t = { .port = 443 };

		if (rule->kind == HOST_RULE_RANGE)
			t.addr = &rule->range.net;
		else
			t.name = &rule->name;
		if (rules_decide(rules, &t).reason >= VERDICT_END)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { 0 };
	struct config c;
	int r = config_parse((const char *)data, size, &c, &e);

	if (r < 0 && (e.code != r || e.text[0] == '\0' || c.rules.n_allow > 0 || c.log_fd >= 0))
		abort();
	for (size_t i = 0; i < c.n_secrets; i++)
		if (c.secrets[i].id != i || c.secrets[i].where == 0 || c.secrets[i].n_hosts == 0)
			abort();
	check_rules(&c.rules);
	config_done(&c);
	return 0;
}
