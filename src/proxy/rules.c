/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a connection is allowed, and says what would allow it. */
#include "proxy/rules.h"

#include <stdio.h>

/* A rule that denies the name or the address; NULL when none does. */
static const struct host_rule *find_denial(const struct rules *rules, const struct target *t)
{
	for (size_t i = 0; i < rules->n_deny; i++) {
		const struct host_rule *r = &rules->deny[i];
		bool is_meant = (t->name != NULL && host_rule_has_name(r, t->name)) ||
				(t->addr != NULL && host_rule_has_addr(r, t->addr));

		if (is_meant && host_rule_has_port(r, t->port))
			return r;
	}
	return NULL;
}

static const struct host_rule *find_name(const struct rules *rules, const struct target *t)
{
	for (size_t i = 0; i < rules->n_allow; i++) {
		const struct host_rule *r = &rules->allow[i];

		if (host_rule_has_name(r, t->name) &&
		    (t->port == 0 || host_rule_has_port(r, t->port)))
			return r;
	}
	return NULL;
}

/* A rule that names the address plainly, or where that does not matter, one that holds it. */
static const struct host_rule *find_addr(const struct rules *rules, const struct target *t,
					 bool must_name)
{
	for (size_t i = 0; i < rules->n_allow; i++) {
		const struct host_rule *r = &rules->allow[i];

		if (r->kind != HOST_RULE_RANGE || (t->port != 0 && !host_rule_has_port(r, t->port)))
			continue;
		if (must_name ? host_rule_names_addr(r, t->addr) : cidr_has(&r->range, t->addr))
			return r;
	}
	return NULL;
}

struct verdict rules_decide(const struct rules *rules, const struct target *t)
{
	struct verdict v = { .reason = VERDICT_MISSING, .class = ADDR_GLOBAL };
	const struct host_rule *named = NULL;

	if (t->addr != NULL)
		v.class = addr_classify(t->addr);
	v.rule = find_denial(rules, t);
	if (v.rule != NULL) {
		v.reason = VERDICT_DENIED;
		return v;
	}
	if (t->name == NULL && t->addr == NULL)
		return v;
	if (t->name != NULL) {
		v.rule = find_name(rules, t);
		if (v.rule == NULL)
			return v;
	}
	if (t->addr != NULL && v.class != ADDR_GLOBAL) {
		named = find_addr(rules, t, true);
		v.reason = named == NULL ? VERDICT_NOT_GLOBAL : VERDICT_ALLOWED;
		v.rule = named;
		return v;
	}
	if (t->name == NULL)
		v.rule = find_addr(rules, t, false);
	if (v.rule != NULL)
		v.reason = VERDICT_ALLOWED;
	return v;
}

const char *verdict_reason_name(enum verdict_reason reason)
{
	static const char *const names[VERDICT_END] = {
		[VERDICT_ALLOWED] = "allowed",
		[VERDICT_MISSING] = "rule_missing",
		[VERDICT_DENIED] = "denied",
		[VERDICT_NOT_GLOBAL] = "address_not_global",
	};

	return reason < VERDICT_END ? names[reason] : "unknown";
}

/* What to call the target: by its name, or for what concerns the address alone, by that. */
static void target_text(const struct target *t, bool by_address, char ret[HOST_TEXT_MAX])
{
	struct host host = { .is_address = t->addr != NULL && (by_address || t->name == NULL) };

	if (host.is_address)
		host.addr = *t->addr;
	else if (t->name != NULL)
		host.name = *t->name;
	host_print(&host, t->port, ret);
}

void verdict_flag(const struct verdict *v, const struct target *t, char ret[VERDICT_TEXT_MAX])
{
	char text[HOST_TEXT_MAX];
	bool by_address = v->reason == VERDICT_NOT_GLOBAL;
	bool never = by_address && (v->class == ADDR_UNSPECIFIED || v->class == ADDR_MULTICAST);

	ret[0] = '\0';
	if ((v->reason != VERDICT_MISSING && !by_address) || never)
		return;
	target_text(t, by_address, text);
	snprintf(ret, VERDICT_TEXT_MAX, "--allow %s", text);
}

void verdict_detail(const struct verdict *v, const struct target *t, char ret[VERDICT_TEXT_MAX])
{
	char who[HOST_TEXT_MAX];
	char by[HOST_RULE_TEXT_MAX] = "";
	char addr[ADDR_TEXT_MAX] = "";

	target_text(t, false, who);
	if (v->rule != NULL)
		host_rule_print(v->rule, by);
	if (t->addr != NULL)
		addr_print(t->addr, addr);
	switch (v->reason) {
	case VERDICT_ALLOWED:
		snprintf(ret, VERDICT_TEXT_MAX, "%s is allowed by %s", who, by);
		break;
	case VERDICT_MISSING:
	case VERDICT_END:
		snprintf(ret, VERDICT_TEXT_MAX, "no rule of network.allow names %s", who);
		break;
	case VERDICT_DENIED:
		snprintf(ret, VERDICT_TEXT_MAX, "network.deny names %s: %s", who, by);
		break;
	case VERDICT_NOT_GLOBAL:
		snprintf(ret, VERDICT_TEXT_MAX,
			 "%s leads to %s, a %s address, which only a rule that names it opens", who,
			 addr, addr_class_name(v->class));
		break;
	}
}
