/* SPDX-License-Identifier: Apache-2.0 */
/* Says no: in the words of the client's protocol, or by a reset. */
#include "proxy/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/fd.h"
#include "proxy/conn.h"
#include "proxy/conn_go.h"
#include "proxy/events.h"
#include "proxy/http_head.h"
#include "proxy/proxy.h"
#include "proxy/socks.h"

#define HTTP_PORT 80
#define ANSWER_MAX 8192
#define TLS_HANDSHAKE 0x16

/* To a socket that has not been written to, so that it takes all of it; if not, so be it. */
static void say(struct conn *c, const void *p, size_t n)
{
	if (send(c->client.watch.fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
		conn_reset(c);
}

static void say_http(struct conn *c, const struct refusal *r)
{
	AUTO_BUF struct buf b = BUF_INIT(ANSWER_MAX);
	char host[HOST_TEXT_MAX];
	struct denial d = { r->kind, host, r->port, r->detail, r->flag };

	host_print(&r->host, 0, host);
	denial_reply(&d, false, &b);
	if (b.err == 0)
		say(c, b.p, b.n);
}

static void say_socks(struct conn *c, int error)
{
	uint8_t reply[SOCKS_REPLY_BYTES];

	socks_reply_build(socks_reply_of(error), reply);
	say(c, reply, sizeof(reply));
}

/* From now on only the client's end is waited for, so that no reset overtakes the answer. */
void refuse_drain(struct conn *c)
{
	free(ptr_take(&c->refusal));
	if (c->phase == CONN_OVER)
		return;
	c->phase = CONN_REFUSING;
	shutdown(c->client.watch.fd, SHUT_WR);
	loop_timer(&c->proxy->loop, &c->timer, TIMER_REFUSE);
	loop_later(&c->proxy->loop, &c->task);
}

/* A client that speaks TLS is told by an alert: fatal, access denied (RFC 8446 section 6.2). */
static void say_alert(struct conn *c)
{
	static const uint8_t alert[] = { 0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x31 };

	say(c, alert, sizeof(alert));
	refuse_drain(c);
}

/* The server hears no more of a connection that is refused. */
static void drop_server(struct conn *c)
{
	static const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	if (c->server.watch.fd < 0)
		return;
	(void)connect(c->server.watch.fd, &nobody, sizeof(nobody));
	c->server.watch.fd = fd_close(c->server.watch.fd);
}

static void deliver(struct conn *c, const struct refusal *r)
{
	uint8_t first = 0;

	conn_hurry(c, false);
	if (c->up.bytes > 0 || c->down.bytes > 0) {
		conn_reset(c);
		return;
	}
	drop_server(c);
	switch (c->voice) {
	case VOICE_SOCKS:
		say_socks(c, r->reply);
		refuse_drain(c);
		return;
	case VOICE_CONNECT:
	case VOICE_HTTP:
		say_http(c, r);
		refuse_drain(c);
		return;
	case VOICE_NONE:
		break;
	}
	if (recv(c->client.watch.fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1 &&
	    first == TLS_HANDSHAKE) {
		say_alert(c);
		return;
	}
	c->refusal = c->port == HTTP_PORT || c->request != NULL ? malloc(sizeof(*r)) : NULL;
	if (c->refusal == NULL) {
		conn_reset(c);
		return;
	}
	*c->refusal = *r;
	c->phase = CONN_REFUSING;
	loop_timer(&c->proxy->loop, &c->timer, TIMER_REFUSE);
	loop_later(&c->proxy->loop, &c->task);
}

static void refuse(struct conn *c, const struct refusal *r, const char *event)
{
	if (event != NULL)
		events_refused(c, event, &r->host, r->port,
			       (struct words_of){ r->detail, r->flag });
	deliver(c, r);
}

static enum denial_kind kind_of(enum verdict_reason reason)
{
	switch (reason) {
	case VERDICT_DENIED:
		return DENIAL_DENIED;
	case VERDICT_NOT_GLOBAL:
		return DENIAL_ADDRESS;
	case VERDICT_MISSING:
	case VERDICT_ALLOWED:
	case VERDICT_END:
		break;
	}
	return DENIAL_MISSING;
}

void refuse_target(struct conn *c, const struct host *host, const struct addr *addr)
{
	struct verdict v = conn_judge(c->proxy, host, c->port, addr);
	struct refusal r = {
		.kind = kind_of(v.reason), .reply = -EACCES, .host = *host, .port = c->port
	};
	struct target t = { .addr = host->is_address ? &host->addr : addr, .port = c->port };

	if (!host->is_address)
		t.name = &host->name;
	verdict_detail(&v, &t, r.detail);
	verdict_flag(&v, &t, r.flag);
	refuse(c, &r, "net.deny");
}

/* About whom the connection is known to go to. */
static void refuse_plainly(struct conn *c, struct refusal *r, const char *event)
{
	events_host(c, &r->host);
	r->port = c->port;
	refuse(c, r, event);
}

void refuse_stream(struct conn *c, enum denial_kind kind, const char *why)
{
	struct refusal r = { .kind = kind, .reply = -EACCES };

	snprintf(r.detail, sizeof(r.detail), "%s", why);
	refuse_plainly(c, &r, "net.deny");
}

void refuse_socks(struct conn *c, int error)
{
	struct refusal r = { .kind = DENIAL_MALFORMED, .reply = error };

	snprintf(r.detail, sizeof(r.detail), "the SOCKS request is not understood: %s",
		 strerror(-error));
	refuse_plainly(c, &r, "net.deny");
}

void refuse_error(struct conn *c, int error)
{
	struct refusal r = { .kind = DENIAL_UPSTREAM, .reply = error };

	snprintf(r.detail, sizeof(r.detail), "the server cannot be reached: %s",
		 error == -ENOENT ? "there is no such name" : strerror(-error));
	refuse_plainly(c, &r, "net.error");
}

void refuse_budget(struct conn *c, enum budget_hit hit)
{
	struct refusal r = { .kind = DENIAL_BUDGET, .reply = -EACCES };

	snprintf(r.detail, sizeof(r.detail), "the budget is spent: %s", budget_hit_name(hit));
	events_budget(c->proxy, c, hit);
	refuse_plainly(c, &r, NULL);
}

/* Discards what the client still sends; its end is the end. */
static void discard(struct conn *c)
{
	ssize_t n = 1;

	for (int i = 0; i < 16 && n > 0; i++)
		n = recv(c->client.watch.fd, c->proxy->scratch, PROXY_SCRATCH, MSG_DONTWAIT);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		conn_end(c);
	else if (n > 0)
		loop_later(&c->proxy->loop, &c->task);
}

/* The head of a request is awaited before it is answered, as many clients only listen then. */
void refuse_step(struct conn *c)
{
	struct http_head head = { 0 };
	ssize_t n;

	if (c->refusal == NULL) {
		discard(c);
		return;
	}
	n = recv(c->client.watch.fd, c->proxy->scratch, HTTP_HEAD_MAX, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		conn_reset(c);
		return;
	}
	if (http_head_parse(c->proxy->scratch, (size_t)n, &head) == HTTP_HEAD_MORE &&
	    (size_t)n < HTTP_HEAD_MAX)
		return;
	say_http(c, c->refusal);
	refuse_drain(c);
}
