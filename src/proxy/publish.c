/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that come from ports of the host and lead into the sandbox. */
#include "proxy/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "plan/egress.h"
#include "proxy/conn.h"
#include "proxy/conn_go.h"
#include "proxy/dial.h"
#include "proxy/events.h"
#include "proxy/proxy.h"
#include "proxy/serve.h"

#define FEW (CONNECTORS_MAX / 2)
#define PATIENCE_MS 1000 /* then what was asked for is taken for lost */
#define DETAIL_MAX 160

/* Each is for one connection; an endless pool would be the sandbox's to fill. */
void publish_take(struct proxy *p, int fd)
{
	struct connectors *k = &p->connectors;
	int domain = 0;
	socklen_t n = sizeof(domain);
	int flags = fcntl(fd, F_GETFL);
	size_t i;

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) < 0 || flags < 0 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		domain = 0;
	i = domain == AF_INET6;
	if ((domain != AF_INET && domain != AF_INET6) || k->n[i] == CONNECTORS_MAX) {
		fd_close(fd);
		return;
	}
	k->fd[i][k->n[i]++] = fd;
	if (k->n[0] >= FEW)
		k->asked_ms = 0;
	serve_wake(p);
}

bool publish_has_room(struct proxy *p)
{
	struct connectors *k = &p->connectors;
	uint64_t now = p->loop.now_ms;

	if (k->n[0] < FEW && (k->asked_ms == 0 || now - k->asked_ms >= PATIENCE_MS) &&
	    control_want(&p->control, EGRESS_WANT_MAX) == 0)
		k->asked_ms = now;
	return k->n[0] > 0;
}

static int connector(void *who, int family)
{
	struct connectors *k = &((struct conn *)who)->proxy->connectors;
	size_t i = family == AF_INET6;

	return k->n[i] == 0 ? -EAFNOSUPPORT : k->fd[i][--k->n[i]];
}

static bool may_try(void *who, const struct addr *addr)
{
	(void)who;
	(void)addr;
	return true;
}

/* The port inside that the rules give for a port of the host; 0 for none. */
static uint16_t inner_port(const struct proxy *p, int listener)
{
	struct sockaddr_storage s = { 0 };
	socklen_t n = sizeof(s);
	struct host at;
	uint16_t port;

	if (getsockname(listener, (struct sockaddr *)&s, &n) < 0 ||
	    serve_sockaddr(&s, &at, &port) < 0)
		return 0;
	for (size_t i = 0; i < p->config.n_publish; i++) {
		const struct publish *rule = &p->config.publish[i];
		struct host host = { .is_address = true, .addr = rule->addr };

		if (rule->port == port && host_is(&host, &at))
			return rule->inner_port;
	}
	return 0;
}

static int dial(struct conn *c)
{
	struct addr to[2];

	if (addr_parse("127.0.0.1", 9, &to[0]) < 0 || addr_parse("::1", 3, &to[1]) < 0)
		return -EINVAL;
	c->dial = dial_new(&c->proxy->loop);
	if (c->dial == NULL)
		return -ENOMEM;
	c->dial->who = c;
	c->dial->socket = connector;
	c->dial->may_try = may_try;
	c->dial->done = conn_on_dialled;
	c->dial->port = c->port;
	c->addr = to[0];
	dial_addrs(c->dial, to, ARRAY_LEN(to));
	return 0;
}

void publish_begin(struct proxy *p, int listener, int fd)
{
	uint16_t port = inner_port(p, listener);
	struct conn *c = conn_new(p, fd, EGRESS_TCP);

	if (c == NULL)
		return;
	c->is_published = true;
	c->is_inspected = true;
	c->port = port;
	if (port == 0 || dial(c) < 0)
		conn_reset(c);
}

bool publish_dialled(struct conn *c)
{
	char detail[DETAIL_MAX];
	struct sockaddr_storage s = { 0 };
	socklen_t n = sizeof(s);
	struct host from = { .is_address = true };
	uint16_t from_port;
	bool is_led = c->error == 0;

	if (getpeername(c->client.watch.fd, (struct sockaddr *)&s, &n) < 0 ||
	    serve_sockaddr(&s, &from, &from_port) < 0)
		is_led = false;
	snprintf(detail, sizeof(detail),
		 is_led ? "led from this machine to port %u inside"
			: "refused: nothing takes connections at port %u inside",
		 c->port);
	events_tell(c->proxy, is_led ? "net.publish" : "net.deny", &from, c->port,
		    (struct words_of){ detail, "" });
	if (!is_led)
		conn_reset(c);
	return is_led;
}
