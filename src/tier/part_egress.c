/* SPDX-License-Identifier: Apache-2.0 */
/* Egress: which ports of the sandbox's network lead to the proxy. */
#include "tier/part_egress.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/host_rule.h"
#include "base/num.h"
#include "plan/egress.h"
#include "plan/plan.h"
#include "policy/fields.h"
#include "policy/policy.h"
#include "tier/facts.h"
#include "tier/rights.h"

#define PORTS 65536
#define PORTS_MAX 256 /* a socket each */
#define ENTRY_MAX 512 /* a source, a place and an entry; longer ones are cut */

bool part_egress_is_open(const struct policy *p)
{
	return p->net_allow.n + p->net_http_n + p->net_loopback.n + p->net_publish.n > 0;
}

bool part_egress_opens(const struct policy *p)
{
	return part_egress_is_open(p) && p->net_http_n + p->secrets_n > 0;
}

static bool is_required(const struct policy *p, enum policy_field field)
{
	for (size_t i = 0; i < p->require.n; i++)
		if (strcmp(p->require.v[i], policy_field_name(field)) == 0)
			return true;
	return false;
}

int part_egress_check_host(const struct policy *p, const struct tier_facts *f, struct err *e)
{
	static const enum policy_field ruled[] = {
		FIELD_NETWORK_ALLOW,   FIELD_NETWORK_DENY,     FIELD_NETWORK_HTTP,
		FIELD_NETWORK_PUBLISH, FIELD_NETWORK_LOOPBACK, FIELD_NETWORK_UNIX,
		FIELD_SECRETS,	       FIELD_ASK_NETWORK,
	};

	for (size_t i = 0; i < ARRAY_LEN(ruled); i++) {
		const struct policy_origin *o = &p->origin[ruled[i]];
		AUTO_BUF struct buf where = BUF_INIT(ENTRY_MAX);

		if (policy_is_weakest(p, ruled[i]) && !is_required(p, ruled[i]))
			continue;
		if (o->line > 0)
			buf_printf(&where, "%s:%u:%u: ", o->source, o->line, o->column);
		return err_set(e, -EOPNOTSUPP,
			       "%s%s cannot be enforced on the host's own network; leave out "
			       "--network host, or the rule",
			       where.p != NULL ? where.p : "", policy_field_name(ruled[i]));
	}
	if (f->landlock_abi < RIGHTS_SCOPE_ABI)
		return err_set(e, -EOPNOTSUPP,
			       "--network host: abstract sockets of the host cannot be kept out of "
			       "reach here; that takes Landlock version 6 (Linux 6.12), here is %d",
			       f->landlock_abi);
	return 0;
}

static void listen_on(struct plan_builder *b, unsigned int port, enum egress_listener listener)
{
	struct plan_op op = { .kind = PLAN_LISTEN,
			      .field = FIELD_NETWORK_ALLOW,
			      .n = { port, listener } };

	plan_add(b, op, NULL, NULL, 0);
}

/* One pattern of network.allow, or of network.http, which allows its hosts too. */
struct entry {
	const char *text;
	enum policy_field field;
};

static struct entry entry_at(const struct policy *p, size_t i)
{
	if (i < p->net_allow.n)
		return (struct entry){ p->net_allow.v[i], FIELD_NETWORK_ALLOW };
	return (struct entry){ p->net_http[i - p->net_allow.n].host, FIELD_NETWORK_HTTP };
}

/* Where an entry comes from, as errors begin. */
static void name_entry(const struct policy *p, const struct entry *entry, char ret[ENTRY_MAX])
{
	const struct policy_origin *o = &p->origin[entry->field];
	const char *field = policy_field_name(entry->field);

	if (o->line > 0)
		snprintf(ret, ENTRY_MAX, "%s:%u:%u: %s: \"%s\"", o->source, o->line, o->column,
			 field, entry->text);
	else
		snprintf(ret, ENTRY_MAX, "%s: \"%s\"", field, entry->text);
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

/* The host's loopback ports stand on the sandbox's own loopback, where their clients look. */
static int loopback_ports(const struct policy *p, uint8_t *wanted, struct err *e)
{
	for (size_t i = 0; i < p->net_loopback.n; i++) {
		uint64_t port = 0;

		if (num_u64(p->net_loopback.v[i], PORTS - 1, &port) < 0 || port == 0)
			return err_set(e, -EINVAL, "network.loopback: \"%s\" is no port",
				       p->net_loopback.v[i]);
		if (port == EGRESS_DNS_PORT || port == EGRESS_CLIENT_PORT)
			return err_set(e, -EOPNOTSUPP,
				       "network.loopback: port %llu is the proxy's own inside",
				       (unsigned long long)port);
		wanted[port] = 1;
	}
	return 0;
}

/* Every port leads to one socket; the proxy learns from the kernel which was meant. */
static void redirect(const struct policy *p, const struct entry *entry, struct plan_builder *b)
{
	struct plan_op op = { .kind = PLAN_REDIRECT,
			      .field = FIELD_NETWORK_ALLOW,
			      .n = { EGRESS_EVERY_PORT } };
	char name[ENTRY_MAX];

	name_entry(p, entry, name);
	listen_on(b, EGRESS_EVERY_PORT, EGRESS_TCP);
	plan_add(b, op, name, NULL, 0);
}

/* The ports of every entry; @ret_every is one that makes too many for a socket each. */
static int allowed_ports(const struct policy *p, uint8_t *wanted, struct entry *ret_every,
			 struct err *e)
{
	char name[ENTRY_MAX];
	unsigned int n = 0;

	for (size_t i = 0; i < p->net_allow.n + p->net_http_n; i++) {
		struct entry entry = entry_at(p, i);
		struct host_rule rule;

		if (host_rule_parse(entry.text, strlen(entry.text), HOST_RULE_ALLOW, &rule) < 0) {
			name_entry(p, &entry, name);
			return err_set(e, -EINVAL, "%s is no host", name);
		}
		n += mark(wanted, &rule);
		if (ret_every->text == NULL && (rule.n_ports == 0 || n > PORTS_MAX))
			*ret_every = entry;
	}
	return 0;
}

static bool is_ours(unsigned int port, bool is_every)
{
	return port == EGRESS_DNS_PORT || port == EGRESS_CLIENT_PORT ||
	       (port == EGRESS_EVERY_PORT && is_every);
}

/* Where nothing may be reached a secret could go nowhere; its placeholder would only mislead. */
static int refuse_secrets(const struct policy *p, struct err *e)
{
	const struct policy_origin *o = &p->origin[FIELD_SECRETS];
	const char *why = "secrets: nothing may be reached; network.allow or network.http has to "
			  "name their hosts";

	if (o->line > 0)
		return err_set(e, -EOPNOTSUPP, "%s:%u:%u: %s", o->source, o->line, o->column, why);
	return err_set(e, -EOPNOTSUPP, "%s", why);
}

int part_egress_compile(const struct policy *p, struct plan_builder *b, struct err *e)
{
	uint8_t wanted[PORTS] = { 0 };
	uint8_t local[PORTS] = { 0 };
	struct entry every = { 0 };
	bool is_every;
	int r = loopback_ports(p, local, e);

	if (r == 0)
		r = allowed_ports(p, wanted, &every, e);
	if (r == 0 && p->secrets_n > 0 && p->net_allow.n + p->net_http_n == 0)
		r = refuse_secrets(p, e);
	if (r < 0 || !part_egress_is_open(p))
		return r;
	is_every = every.text != NULL;
	listen_on(b, EGRESS_DNS_PORT, EGRESS_DNS_UDP);
	listen_on(b, EGRESS_DNS_PORT, EGRESS_DNS_TCP);
	listen_on(b, EGRESS_CLIENT_PORT, EGRESS_CLIENT);
	if (is_every)
		redirect(p, &every, b);
	/* The redirect leaves loopback alone, so its ports have sockets of their own. */
	for (unsigned int port = 1; port < PORTS; port++)
		if ((local[port] || (wanted[port] && !is_every)) && !is_ours(port, is_every))
			listen_on(b, port, EGRESS_TCP);
	return 0;
}
