/* SPDX-License-Identifier: Apache-2.0 */
/* Says no: in the words of the client's protocol, or by a reset. */
#include "proxy/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
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

/* Our own sentences hold no quotes; what came from outside is a host name at most. */
static void add_json(struct buf *b, const char *key, const char *text)
{
	buf_printf(b, "\"%s\":", key);
	if (text[0] == '\0')
		buf_str(b, "null");
	else
		buf_printf(b, "\"%s\"", text);
}

static void build_body(const struct refusal *r, struct buf *b)
{
	static const char option[] = "--allow ";
	char host[HOST_TEXT_MAX];
	const char *missing = "";

	host_print(&r->host, 0, host);
	if (strncmp(r->flag, option, sizeof(option) - 1) == 0)
		missing = r->flag + sizeof(option) - 1;
	buf_str(b, "{");
	add_json(b, "error", r->code);
	buf_str(b, ",");
	add_json(b, "detail", r->detail);
	buf_str(b, ",");
	add_json(b, "host", host);
	buf_printf(b, ",\"port\":%u,", r->port);
	add_json(b, "rule_missing", missing);
	buf_str(b, ",\"next_steps\":[");
	if (r->flag[0] != '\0')
		buf_printf(b, "\"ask for a run with %s\"", r->flag);
	buf_str(b, "]}\n");
}

static const char *phrase(uint16_t status)
{
	static const struct {
		uint16_t status;
		const char *phrase;
	} table[] = { { 400, "Bad Request" },	  { 403, "Forbidden" },
		      { 408, "Request Timeout" }, { 429, "Too Many Requests" },
		      { 502, "Bad Gateway" },	  { 503, "Service Unavailable" },
		      { 504, "Gateway Timeout" } };

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].status == status)
			return table[i].phrase;
	return "Refused";
}

static void say_http(struct conn *c, const struct refusal *r)
{
	AUTO_BUF struct buf body = BUF_INIT(ANSWER_MAX);
	AUTO_BUF struct buf b = BUF_INIT(ANSWER_MAX);

	build_body(r, &body);
	buf_printf(&b,
		   "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
		   "X-Proxy-Error: %s\r\nConnection: close\r\n\r\n",
		   r->status, phrase(r->status), body.n, r->code);
	buf_add(&b, body.p, body.n);
	if (body.err == 0 && b.err == 0)
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

static void deliver(struct conn *c, const struct refusal *r)
{
	uint8_t first = 0;

	conn_hurry(c, false);
	if (c->up.bytes > 0 || c->down.bytes > 0) {
		conn_reset(c);
		return;
	}
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
		events_tell(c->proxy, event, &r->host, r->port,
			    (struct words_of){ r->detail, r->flag });
	deliver(c, r);
}

void refuse_target(struct conn *c, const struct host *host, const struct addr *addr)
{
	struct verdict v = conn_judge(c->proxy, host, c->port, addr);
	struct refusal r = { .status = 403,
			     .reply = -EACCES,
			     .code = verdict_reason_name(v.reason),
			     .host = *host,
			     .port = c->port };
	struct target t = { .addr = host->is_address ? &host->addr : addr, .port = c->port };

	if (!host->is_address)
		t.name = &host->name;
	verdict_detail(&v, &t, r.detail);
	verdict_flag(&v, &t, r.flag);
	refuse(c, &r, "net.deny");
}

static void refuse_plainly(struct conn *c, struct refusal *r, const char *event)
{
	events_host(c, &r->host);
	r->port = c->port;
	refuse(c, r, event);
}

void refuse_stream(struct conn *c, uint16_t status, const char *code, const char *why)
{
	struct refusal r = { .status = status, .reply = -EACCES, .code = code };

	snprintf(r.detail, sizeof(r.detail), "%s", why);
	refuse_plainly(c, &r, "net.deny");
}

void refuse_socks(struct conn *c, int error)
{
	struct refusal r = { .status = 400, .reply = error, .code = "socks_malformed" };

	snprintf(r.detail, sizeof(r.detail), "the SOCKS request is not understood: %s",
		 strerror(-error));
	refuse_plainly(c, &r, "net.deny");
}

void refuse_error(struct conn *c, int error)
{
	struct refusal r = { .status = error == -ETIMEDOUT ? 504 : 502,
			     .reply = error,
			     .code = "upstream" };

	snprintf(r.detail, sizeof(r.detail), "the server cannot be reached: %s",
		 error == -ENOENT ? "there is no such name" : strerror(-error));
	refuse_plainly(c, &r, "net.error");
}

void refuse_budget(struct conn *c, enum budget_hit hit)
{
	struct refusal r = { .status = 429, .reply = -EACCES, .code = "budget" };

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
