/* SPDX-License-Identifier: Apache-2.0 */
/* Egress: which ports of the sandbox's network lead to the proxy. */
#include "tier/part_egress.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/host_rule.h"
#include "plan/egress.h"
#include "plan/plan.h"
#include "policy/policy.h"

#define PORTS 65536
#define PORTS_MAX 256 /* a socket each */
#define DNS_PORT 53

bool part_egress_is_open(const struct policy *p)
{
	return p->net_allow.n > 0;
}

static void listen_on(struct plan_builder *b, unsigned int port, enum egress_listener listener)
{
	struct plan_op op = { .kind = PLAN_LISTEN,
			      .field = FIELD_NETWORK_ALLOW,
			      .n = { port, listener } };

	plan_add(b, op, NULL, NULL, 0);
}

static int refuse(const struct policy *p, int code, const char *entry, const char *why,
		  struct err *e)
{
	const struct policy_origin *o = &p->origin[FIELD_NETWORK_ALLOW];

	if (o->line > 0)
		return err_set(e, code, "%s:%u:%u: network.allow: \"%s\" %s", o->source, o->line,
			       o->column, entry, why);
	return err_set(e, code, "network.allow: \"%s\" %s", entry, why);
}

/* Marks the ports of one rule; returns how many of them are new. */
static unsigned int mark(uint8_t *wanted, const struct host_rule *rule)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < rule->n_ports; i++) {
		for (unsigned int port = rule->ports[i].first; port <= rule->ports[i].last;
		     port++) {
			n += wanted[port] == 0;
			wanted[port] = 1;
		}
	}
	return n;
}

int part_egress_compile(const struct policy *p, struct plan_builder *b, struct err *e)
{
	uint8_t wanted[PORTS] = { 0 };
	unsigned int n = 0;

	if (!part_egress_is_open(p))
		return 0;
	for (size_t i = 0; i < p->net_allow.n; i++) {
		const char *entry = p->net_allow.v[i];
		struct host_rule rule;

		if (host_rule_parse(entry, strlen(entry), HOST_RULE_ALLOW, &rule) < 0)
			return refuse(p, -EINVAL, entry, "is no host", e);
		if (rule.n_ports == 0)
			return refuse(p, -EOPNOTSUPP, entry,
				      "asks for every port, which this version cannot serve; name "
				      "the ports",
				      e);
		n += mark(wanted, &rule);
		if (n > PORTS_MAX)
			return refuse(p, -EOPNOTSUPP, entry,
				      "makes more than 256 ports, which this version cannot serve",
				      e);
	}
	listen_on(b, DNS_PORT, EGRESS_DNS_UDP);
	listen_on(b, DNS_PORT, EGRESS_DNS_TCP);
	listen_on(b, EGRESS_CLIENT_PORT, EGRESS_CLIENT);
	for (unsigned int port = 1; port < PORTS; port++)
		if (wanted[port] && port != DNS_PORT && port != EGRESS_CLIENT_PORT)
			listen_on(b, port, EGRESS_TCP);
	return 0;
}
