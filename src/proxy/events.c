/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the supervisor what was decided and what became of it. */
#include "proxy/events.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

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

/* By its port the supervisor finds the program. */
static uint16_t client_port(const struct conn *c)
{
	struct sockaddr_in6 peer = { 0 };
	socklen_t n = sizeof(peer);

	/* The port stands at the same place for both families. */
	if (getpeername(c->client.watch.fd, (struct sockaddr *)&peer, &n) < 0)
		return 0;
	return ntohs(peer.sin6_port);
}

void events_refused(const struct conn *c, const char *type, const struct host *host, uint16_t port,
		    struct words_of words)
{
	struct egress_message m = { .port = port, .client = client_port(c) };

	fill(&m, type, host, words);
	control_event(&c->proxy->control, &m);
}

void events_conn(const struct conn *c, const char *type, struct words_of words)
{
	struct egress_message m = { .port = c->port, .in = c->down.bytes, .out = c->up.bytes };
	char addr[ADDR_TEXT_MAX] = "";
	struct host host;

	events_host(c, &host);
	if (c->server.watch.fd >= 0 && c->addr.family != 0 && words.flag[0] == '\0') {
		addr_print(&c->addr, addr);
		words.flag = addr;
	}
	m.client = client_port(c);
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
