/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a rule: what is taken prints, reads back and decides as it says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule allows what it names, and a denial of the same takes it back. */
static void check_verdicts(const struct host_rule *r)
{
	struct rules only = { .allow = r, .n_allow = 1 };
	struct rules both = { .allow = r, .n_allow = 1, .deny = r, .n_deny = 1 };
	struct target t = { .port = r->n_ports > 0 ? r->ports[0].last : 9 };
	char text[VERDICT_TEXT_MAX];
	struct verdict v;

	if (r->kind == HOST_RULE_RANGE)
		t.addr = &r->range.net;
	else
		t.name = &r->name;
	v = rules_decide(&only, &t);
	if ((v.reason == VERDICT_ALLOWED) != (v.rule == r) ||
	    (r->kind == HOST_RULE_NAME && v.rule == NULL))
		abort();
	verdict_detail(&v, &t, text);
	verdict_flag(&v, &t, text);
	if (rules_decide(&both, &t).reason == VERDICT_ALLOWED)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	char text[HOST_RULE_TEXT_MAX];
	char text_again[HOST_RULE_TEXT_MAX];
	struct host_rule r;

	if (host_rule_parse(p, size, HOST_RULE_DENY, &r) < 0)
		return 0;
	check_verdicts(&r);
	host_rule_print(&r, text);
	if (host_rule_parse(text, strlen(text), HOST_RULE_DENY, &r) < 0)
		abort();
	host_rule_print(&r, text_again);
	if (strcmp(text, text_again) != 0)
		abort();
	return 0;
}
