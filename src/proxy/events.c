/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the supervisor what was decided and what became of it. */
#include "proxy/events.h"

#include <stdio.h>

#include "proxy/conn.h"
#include "proxy/proxy.h"

static void fill(struct egress_message *m, const char *type, const struct host *host,
		 struct words_of words)
{
	snprintf(m->type, sizeof(m->type), "%s", type);
	if (host != NULL)
		host_print(host, 0, m->target);
	snprintf(m->detail, sizeof(m->detail), "%s", words.detail);
	snprintf(m->flag, sizeof(m->flag), "%s", words.flag);
}

void events_tell(struct proxy *p, const char *type, const struct host *host, uint16_t port,
		 struct words_of words)
{
	struct egress_message m = { .port = port };

	fill(&m, type, host, words);
	control_event(&p->control, &m);
}

void events_host(const struct conn *c, struct host *ret)
{
	*ret = (struct host){ .is_address = c->number < 0 && c->addr.family != 0 };
	if (ret->is_address)
		ret->addr = c->addr;
	else if (c->number >= 0)
		names_get(&c->proxy->names, (size_t)c->number, &ret->name);
}

void events_conn(const struct conn *c, const char *type, struct words_of words)
{
	struct egress_message m = { .port = c->port, .in = c->down.bytes, .out = c->up.bytes };
	struct host host;

	events_host(c, &host);
	fill(&m, type, &host, words);
	control_event(&c->proxy->control, &m);
}

void events_budget(struct proxy *p, const struct conn *c, enum budget_hit hit)
{
	char text[64];
	struct words_of words = { text, "" };

	snprintf(text, sizeof(text), "the budget is spent: %s", budget_hit_name(hit));
	if (c != NULL)
		events_conn(c, "net.budget", words);
	else
		events_tell(p, "net.budget", NULL, 0, words);
}
