/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at what a client begins with, then moves bytes both ways. */
#include "proxy/conn_pass.h"

#include <errno.h>
#include <sys/socket.h>

#include "proxy/conn.h"
#include "proxy/conn_go.h"
#include "proxy/events.h"
#include "proxy/inspect.h"
#include "proxy/opened.h"
#include "proxy/proxy.h"
#include "proxy/refuse.h"
#include "proxy/request.h"

static void begin_http(struct conn *c)
{
	c->is_inspected = true;
	c->request = request_new();
	if (c->request == NULL)
		conn_reset(c);
}

static void begin_tls(struct conn *c)
{
	if (!conn_must_open(c))
		return;
	c->opened = c->proxy->tls != NULL ? opened_new(c) : NULL;
	if (c->opened == NULL)
		conn_reset(c);
}

/*
 * Here a connection becomes one that is passed on as it is, one whose requests are read, or one
 * that is opened.
 */
static void begin(struct conn *c, enum inspect_result what, const char *why)
{
	switch (what) {
	case INSPECT_MORE:
		c->client.can_read = false;
		conn_hurry(c, true);
		return;
	case INSPECT_BAD:
		refuse_stream(c, DENIAL_MISMATCH, why);
		return;
	case INSPECT_TLS:
		begin_tls(c);
		break;
	case INSPECT_OTHER:
		if (conn_must_open(c))
			refuse_stream(c, DENIAL_METHOD,
				      "rules hold what is asked of this host, and this stream "
				      "cannot be read");
		break;
	case INSPECT_HTTP:
		begin_http(c);
		break;
	}
	conn_hurry(c, false);
	c->is_inspected = true;
}

/* Looks at the client's first bytes, and leaves them where they are. */
static void look(struct conn *c)
{
	enum inspect_result what;
	const char *why = NULL;
	struct host host;
	ssize_t n;

	if (!c->client.can_read)
		return;
	n = recv(c->client.watch.fd, c->proxy->scratch, INSPECT_MAX, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		conn_reset(c);
		return;
	}
	if (n < 0) {
		c->client.can_read = errno == EINTR;
		return;
	}
	/* It ended before it began; or there is no name for it to agree with, and no rule. */
	if (n == 0 || (c->number < 0 && !conn_must_open(c))) {
		c->is_inspected = true;
		return;
	}
	events_host(c, &host);
	what = inspect_first((const uint8_t *)c->proxy->scratch, (size_t)n,
			     host.is_address ? NULL : &host.name, &why);
	begin(c, what, why);
}

/* Counts what was moved; returns false when that was too much. */
static bool account(struct conn *c)
{
	uint64_t bytes = c->up.bytes + c->down.bytes;
	uint64_t *of_host = &c->addr_bytes;
	enum budget_hit hit;

	if (bytes == c->counted)
		return true;
	if (c->number >= 0)
		of_host = names_bytes(&c->proxy->names, (size_t)c->number);
	hit = budget_bytes(&c->proxy->budget, of_host, bytes - c->counted);
	c->counted = bytes;
	c->has_moved = true;
	if (hit == BUDGET_OK)
		return true;
	events_budget(c->proxy, c, hit);
	conn_reset(c);
	return false;
}

static int move_up(struct conn *c)
{
	struct flow_means means = conn_means(c);
	uint64_t all = UINT64_MAX;

	if (c->request != NULL)
		return request_move(c);
	if (!c->is_inspected)
		return FLOW_WAIT;
	return flow_move(&c->up, &means, (struct flow_ends){ &c->client, &c->server }, &all);
}

static int move_down(struct conn *c)
{
	struct flow_means means = conn_means(c);
	uint64_t all = UINT64_MAX;

	if (c->request != NULL && request_holds_answer(c->request))
		return FLOW_WAIT;
	return flow_move(&c->down, &means, (struct flow_ends){ &c->server, &c->client }, &all);
}

static void move(struct conn *c)
{
	int up = move_up(c);
	int down = c->phase == CONN_SERVED ? move_down(c) : FLOW_WAIT;

	if (!account(c) || c->phase != CONN_SERVED)
		return;
	if (up < 0 || down < 0)
		conn_reset(c);
	else if (up == FLOW_SHUT && down == FLOW_SHUT)
		conn_end(c);
	else if (down == FLOW_SHUT && c->request != NULL)
		refuse_drain(c);
	else if ((up == FLOW_SHUT || down == FLOW_SHUT) && !c->is_half) {
		c->is_half = true;
		loop_timer(&c->proxy->loop, &c->timer, TIMER_HALF);
	}
	if (up == FLOW_AGAIN || down == FLOW_AGAIN)
		loop_later(&c->proxy->loop, &c->task);
}

void conn_pass(struct conn *c)
{
	if (c->voice == VOICE_HTTP && c->request == NULL && !c->is_inspected)
		begin_http(c);
	if (c->voice == VOICE_NONE && !c->is_inspected)
		look(c);
	if (c->opened != NULL && c->phase == CONN_SERVED) {
		opened_move(c);
		(void)account(c);
		return;
	}
	if (c->phase == CONN_SERVED && c->is_inspected && c->error < 0)
		conn_refuse_dialled(c);
	if (c->phase == CONN_SERVED && c->server.watch.fd >= 0 && c->dial == NULL)
		move(c);
}
