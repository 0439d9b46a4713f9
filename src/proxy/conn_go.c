/* SPDX-License-Identifier: Apache-2.0 */
/* Decides where a connection may go, and dials it. */
#include "proxy/conn_go.h"

#include <errno.h>

#include "base/cleanup.h"
#include "proxy/client.h"
#include "proxy/conn.h"
#include "proxy/dial.h"
#include "proxy/events.h"
#include "proxy/http_judge.h"
#include "proxy/proxy.h"
#include "proxy/publish.h"
#include "proxy/refuse.h"

/* Loopback ports of the host are opened by number, whatever else the rules say. */
static bool is_host_port(const struct config *config, const struct host *host, uint16_t port)
{
	if (!host->is_address || addr_classify(&host->addr) != ADDR_LOOPBACK)
		return false;
	for (size_t i = 0; i < config->n_loopback; i++)
		if (config->loopback[i] == port)
			return true;
	return false;
}

struct verdict conn_judge(const struct proxy *p, const struct host *host, uint16_t port,
			  const struct addr *addr)
{
	struct target t = { .addr = host->is_address ? &host->addr : addr, .port = port };

	if (is_host_port(&p->config, host, port))
		return (struct verdict){ .reason = VERDICT_ALLOWED, .class = ADDR_LOOPBACK };
	if (!host->is_address)
		t.name = &host->name;
	return rules_decide(&p->config.rules, &t);
}

bool conn_is_allowed(const struct conn *c, const struct addr *addr)
{
	struct host host;

	events_host(c, &host);
	return conn_judge(c->proxy, &host, c->port, addr).reason == VERDICT_ALLOWED;
}

static bool may_dial(void *who, const struct addr *addr)
{
	struct conn *c = who;
	bool may = conn_is_allowed(c, addr);

	/* What a refusal will be about, if no other address is better. */
	if (!may)
		c->addr = *addr;
	return may;
}

void conn_on_dialled(void *who, int fd, const struct addr *addr)
{
	struct conn *c = who;

	c->is_dialled = true;
	c->error = fd < 0 ? fd : 0;
	if (fd >= 0) {
		c->server.watch.fd = fd;
		c->addr = *addr;
		c->error = loop_rewatch(&c->proxy->loop, &c->server.watch, LOOP_EDGES);
	}
	loop_later(&c->proxy->loop, &c->task);
}

static int start_dial(struct conn *c, const struct host *host)
{
	c->dial = dial_new(&c->proxy->loop);
	if (c->dial == NULL)
		return -ENOMEM;
	c->dial->who = c;
	c->dial->may_try = may_dial;
	c->dial->done = conn_on_dialled;
	c->dial->port = c->port;
	if (!host->is_address)
		return dial_name(c->dial, c->proxy->resolver, &host->name);
	dial_addrs(c->dial, &host->addr, 1);
	return 0;
}

void conn_go(struct conn *c, const struct host *host, uint16_t port)
{
	struct host meant = *host;
	int r = -1;

	c->port = port;
	c->phase = CONN_SERVED;
	c->is_inspected = false;
	if (meant.is_address && names_of_addr(&c->proxy->names, &meant.addr) >= 0) {
		r = names_of_addr(&c->proxy->names, &meant.addr);
		meant.is_address = false;
		names_get(&c->proxy->names, (size_t)r, &meant.name);
	}
	if (conn_judge(c->proxy, &meant, port, NULL).reason != VERDICT_ALLOWED) {
		refuse_target(c, &meant, NULL);
		return;
	}
	if (meant.is_address)
		c->addr = meant.addr;
	else if (r < 0)
		r = names_add(&c->proxy->names, &meant.name);
	if (!meant.is_address && r < 0) {
		refuse_budget(c, BUDGET_DNS_NAMES);
		return;
	}
	c->number = r;
	conn_hurry(c, false);
	r = start_dial(c, &meant);
	if (r < 0)
		refuse_error(c, r);
	loop_later(&c->proxy->loop, &c->task);
}

bool conn_must_open(const struct conn *c)
{
	struct host host;

	events_host(c, &host);
	return http_must_open(&c->proxy->config, &host, c->port);
}

void conn_refuse_dialled(struct conn *c)
{
	struct host host;

	events_host(c, &host);
	if (c->error == -EACCES)
		refuse_target(c, &host, &c->addr);
	else
		refuse_error(c, c->error);
}

bool conn_take_dialled(struct conn *c)
{
	struct host host;
	struct verdict v;
	struct target t = { .addr = &c->addr, .port = c->port };
	char detail[VERDICT_TEXT_MAX];

	dial_free(ptr_take(&c->dial));
	if (c->is_published)
		return publish_dialled(c);
	if (c->error < 0 && c->voice == VOICE_NONE && conn_must_open(c))
		return true;
	if (c->error < 0) {
		conn_refuse_dialled(c);
		return false;
	}
	events_host(c, &host);
	t.name = host.is_address ? NULL : &host.name;
	v = conn_judge(c->proxy, &host, c->port, &c->addr);
	verdict_detail(&v, &t, detail);
	events_conn(c, "net.allow", (struct words_of){ detail, "" });
	client_connected(c);
	return true;
}
