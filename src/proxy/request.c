/* SPDX-License-Identifier: Apache-2.0 */
/* Passes on the requests of one connection that speaks HTTP/1, each after its head was judged. */
#include "proxy/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "proxy/conn.h"
#include "proxy/events.h"
#include "proxy/http_forward.h"
#include "proxy/http_judge.h"
#include "proxy/http_stream.h"
#include "proxy/proxy.h"
#include "proxy/refuse.h"

#define MOVED 100 /* beside what flow_move returns: go on */
#define TURN 64	  /* steps, then others get theirs */
#define HEAD_OUT_MAX (HTTP_HEAD_MAX + 512)
#define HTTP_PORT 80
#define EMPTY_LINE 2 /* bytes */
#define SWITCHING "HTTP/1.1 101"
#define SWITCHING_LEN 12

/*
 * struct request - of one connection.
 * @out, @at: a head that was written anew, and how much of it was sent
 * @is_last:  nothing may follow the present one
 * @has_asked: an upgrade; the server's answer tells what comes next
 */
struct request {
	struct http_stream stream;
	struct buf out;
	size_t at;
	bool is_begun; /* the first request went out */
	bool is_last;
	bool has_asked;
};

struct request *request_new(void)
{
	struct request *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->out = BUF_INIT(HEAD_OUT_MAX);
	return r;
}

void request_free(struct request *r)
{
	if (r != NULL)
		buf_done(&r->out);
	free(r);
}

bool request_holds_answer(const struct request *r)
{
	return r->has_asked;
}

static int send_head(struct conn *c, struct request *r)
{
	ssize_t n;

	if (!c->server.can_write)
		return FLOW_WAIT;
	n = send(c->server.watch.fd, r->out.p + r->at, r->out.n - r->at,
		 MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (n < 0) {
		c->server.can_write = errno != EAGAIN;
		return FLOW_WAIT;
	}
	r->at += (size_t)n;
	c->up.bytes += (uint64_t)n;
	if (r->at == r->out.n) {
		buf_done(&r->out);
		r->out = BUF_INIT(HEAD_OUT_MAX);
		r->at = 0;
	}
	return MOVED;
}

/* Whether a request may pass; refused where it may not. */
static bool judge(struct conn *c, const struct http_head *head)
{
	struct http_way way = { .config = &c->proxy->config,
				.budget = &c->proxy->budget,
				.port = c->port };
	struct http_asked asked = { .host = head->has_host ? &head->host : NULL,
				    .port = head->port,
				    .method = head->method,
				    .path = head->path,
				    .has_override = head->has_override };
	struct http_judged judged;

	if (head->form == HTTP_AUTHORITY) {
		refuse_stream(c, DENIAL_MISMATCH, "CONNECT has no place within a connection");
		return false;
	}
	events_host(c, &way.host);
	http_judge(&way, &asked, c->proxy->loop.now_ms, &judged);
	if (judged.is_allowed && !judged.is_push)
		return true;
	if (judged.is_push)
		refuse_stream(c, DENIAL_PUSH,
			      "pushes are held to rules, and this one cannot be read");
	else if (judged.kind == DENIAL_BUDGET)
		refuse_budget(c, BUDGET_REQUESTS);
	else
		refuse_stream(c, judged.kind, judged.detail);
	return false;
}

/* The head as an origin server is asked; of a client's one request, no other may follow. */
static int build_head(struct request *r, const struct http_head *head)
{
	int built = http_forward_build(head, NULL, -1, &r->out);

	if (built < 0)
		return built;
	if (r->is_last && head->upgrade == HTTP_UPGRADE_NONE) {
		r->out.n -= EMPTY_LINE;
		buf_str(&r->out, "Connection: close\r\n\r\n");
	}
	return r->out.err;
}

static int take_head(struct conn *c, struct request *r, const struct http_head *head)
{
	bool may_upgrade = head->upgrade == HTTP_UPGRADE_WEBSOCKET && !r->is_begun;
	bool is_as_sent = c->voice != VOICE_HTTP && head->has_host && head->form != HTTP_ABSOLUTE;
	struct http_head sent = *head;
	int built;

	if (!judge(c, head))
		return FLOW_WAIT;
	r->is_begun = true;
	r->is_last = c->voice == VOICE_HTTP || head->wants_close;
	r->has_asked = may_upgrade;
	if (is_as_sent && (head->upgrade == HTTP_UPGRADE_NONE || may_upgrade)) {
		http_stream_begin(&r->stream, head, head->bytes);
		return MOVED;
	}
	/* A server with several hosts would choose one for a request that names none. */
	if (!head->has_host) {
		events_host(c, &sent.host);
		sent.has_host = true;
		sent.port = c->port != HTTP_PORT ? c->port : 0;
	}
	if (!may_upgrade && sent.upgrade == HTTP_UPGRADE_WEBSOCKET)
		sent.upgrade = HTTP_UPGRADE_OTHER;
	built = build_head(r, &sent);
	if (built < 0)
		return built;
	http_stream_begin(&r->stream, head, 0);
	if (recv(c->client.watch.fd, c->proxy->scratch, head->bytes, MSG_DONTWAIT) !=
	    (ssize_t)head->bytes)
		return -EIO;
	return MOVED;
}

/* Looks at what the client sent, and leaves it where it is. */
static int look(struct conn *c, struct request *r)
{
	struct http_head head;
	ssize_t n;

	if (!c->client.can_read)
		return FLOW_WAIT;
	n = recv(c->client.watch.fd, c->proxy->scratch, HTTP_HEAD_MAX, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (n < 0) {
		c->client.can_read = errno != EAGAIN;
		return FLOW_WAIT;
	}
	if (n == 0) {
		c->up.is_eof = true;
		return MOVED;
	}
	switch (http_stream_next(&r->stream, c->proxy->scratch, (size_t)n, &head)) {
	case HTTP_STEP_MORE:
		c->client.can_read = false;
		conn_hurry(c, true);
		return FLOW_WAIT;
	case HTTP_STEP_HEAD:
		conn_hurry(c, false);
		return take_head(c, r, &head);
	case HTTP_STEP_PASS:
		conn_hurry(c, false);
		return MOVED;
	case HTTP_STEP_BAD:
		break;
	}
	refuse_stream(c, DENIAL_MALFORMED, r->stream.why);
	return FLOW_WAIT;
}

/* What the server says to an upgrade: when it agrees, the stream is none of HTTP any more. */
static int look_at_answer(struct conn *c, struct request *r)
{
	char start[SWITCHING_LEN];
	ssize_t n;

	if (!c->server.can_read)
		return FLOW_WAIT;
	n = recv(c->server.watch.fd, start, sizeof(start), MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (n < 0 || (n > 0 && n < SWITCHING_LEN)) {
		c->server.can_read = false;
		return FLOW_WAIT;
	}
	r->has_asked = false;
	if (n == SWITCHING_LEN && memcmp(start, SWITCHING, SWITCHING_LEN) == 0) {
		request_free(c->request);
		c->request = NULL;
		return FLOW_AGAIN;
	}
	return MOVED;
}

/* Nothing more is taken from the client; only its end still counts. */
static int look_for_end(struct conn *c)
{
	char byte;
	ssize_t n;

	if (!c->client.can_read)
		return FLOW_WAIT;
	n = recv(c->client.watch.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	c->up.is_eof = n == 0;
	c->client.can_read = false;
	return n == 0 ? MOVED : FLOW_WAIT;
}

static int step(struct conn *c, struct request *r)
{
	struct flow_means means = conn_means(c);
	struct flow_ends ends = { &c->client, &c->server };

	if (r->out.n > 0)
		return send_head(c, r);
	if (r->stream.pass > 0 || c->up.held > 0 || c->up.is_eof) {
		int moved = flow_move(&c->up, &means, ends, &r->stream.pass);

		return moved == FLOW_LIMIT ? MOVED : moved;
	}
	if (r->has_asked)
		return look_at_answer(c, r);
	if (r->is_last && r->is_begun && r->stream.place == HTTP_AT_HEAD)
		return look_for_end(c);
	return look(c, r);
}

int request_move(struct conn *c)
{
	for (int i = 0; i < TURN && c->phase == CONN_SERVED; i++) {
		int r = step(c, c->request);

		if (r != MOVED)
			return r;
	}
	return c->phase == CONN_SERVED ? FLOW_AGAIN : FLOW_WAIT;
}
