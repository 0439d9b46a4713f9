/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS stream that is opened, because rules or secrets are for what is said inside. */
#include "proxy/opened.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "proxy/conn.h"
#include "proxy/engine.h"
#include "proxy/events.h"
#include "proxy/proxy.h"
#include "proxy/refuse.h"
#include "proxy/tls.h"
#include "proxy/tls_hello.h"
#include "proxy/tls_maker.h"

#define TURN 32 /* steps, then others get theirs */
#define SENTENCE_MAX 256
#define OUT_KEPT (128u << 10) /* memory of a buffer that is kept for the next message */

/*
 * struct end - one side of the stream.
 * @kept: what it sent and nobody took yet
 * @at:   how much of what is for it was sent
 */
struct end {
	struct tls tls;
	struct buf kept;
	size_t at;
	bool is_over;
};

/*
 * struct opened - one stream.
 * @host:     whom it is for, as the client is shown it
 * @asked:    the name in the client's hello; empty when there is none
 * @tries_h2: both may speak HTTP/2: the server is asked first, then the client told
 * @is_lost:  the server cannot be spoken with, @why
 * @is_told:  the event of its denial was sent
 */
struct opened {
	struct host host;
	struct http_way way;
	struct engine http;
	struct end client, server;
	struct host_name asked;
	bool tries_h2;
	bool is_lost;
	char why[SENTENCE_MAX];
};

/* Looks at the client's hello, which is still there to be read. */
static void look(struct conn *c, struct opened *o)
{
	struct tls_hello hello = { 0 };
	ssize_t n = recv(c->client.watch.fd, c->proxy->scratch, TLS_HELLO_MAX, MSG_PEEK);

	if (n <= 0)
		return;
	if (tls_hello_parse((const uint8_t *)c->proxy->scratch, (size_t)n, &hello) ==
	    TLS_HELLO_NAME)
		o->asked = hello.name;
	o->tries_h2 = hello.has_h2 && h2_may_offer(o->way.config, &o->host, c->port);
}

struct opened *opened_new(struct conn *c)
{
	struct opened *o = calloc(1, sizeof(*o));
	struct proxy *p = c->proxy;

	if (o == NULL)
		return NULL;
	events_host(c, &o->host);
	o->way = (struct http_way){ .config = &p->config,
				    .values = p->values.v,
				    .budget = &p->budget,
				    .host = o->host,
				    .port = c->port,
				    .is_tls = true };
	engine_init(&o->http, &o->way);
	look(c, o);
	o->client.kept = BUF_INIT(PROXY_SCRATCH);
	o->server.kept = BUF_INIT(PROXY_SCRATCH);
	return o;
}

void opened_free(struct opened *o)
{
	if (o == NULL)
		return;
	tls_done(&o->client.tls);
	tls_done(&o->server.tls);
	buf_done(&o->client.kept);
	buf_done(&o->server.kept);
	engine_done(&o->http);
	free(o);
}

static void lose(struct opened *o, const char *what, const char *why)
{
	o->is_lost = true;
	snprintf(o->why, sizeof(o->why), "%s: %s", what, why);
}

/* Says what happened, once. */
static void tell(struct conn *c, const char *type, const char *detail)
{
	events_conn(c, type, (struct words_of){ detail, "" });
}

static const char *event_of(enum denial_kind kind)
{
	if (kind == DENIAL_UPSTREAM)
		return "net.error";
	return kind == DENIAL_BUDGET ? "net.budget" : "net.deny";
}

static void tell_denial(struct conn *c, struct opened *o)
{
	const struct http_judged *judged = engine_denial(&o->http);

	if (judged != NULL)
		tell(c, event_of(judged->kind), judged->detail);
}

static void tell_stray(struct conn *c, struct opened *o)
{
	const struct config *config = o->way.config;
	int64_t *at = o->http.two != NULL ? &o->http.two->stray : &o->http.one.stray;
	int64_t stray = *at;
	char text[SENTENCE_MAX];

	*at = -1;
	if (stray < 0 || (size_t)stray >= config->n_secrets)
		return;
	snprintf(text, sizeof(text), "the placeholder %s went where its secret may not go",
		 config->secrets[stray].placeholder);
	tell(c, "net.secret", text);
}

/* Whether the client has to wait for what the server says to HTTP/2. */
static bool is_server_first(const struct opened *o)
{
	return o->tries_h2 && !o->is_lost && !o->server.tls.is_up;
}

/* Makes our end toward the client, now that it is known what the server speaks. */
static int meet(struct conn *c, struct opened *o)
{
	bool is_h2 = o->tries_h2 && !o->is_lost && tls_speaks_h2(&o->server.tls);

	if (is_h2 && engine_speak_h2(&o->http) < 0)
		return -ENOMEM;
	o->client.tls.ssl = tls_maker_serve(c->proxy->tls, c->client.watch.fd, &o->host, is_h2);
	return o->client.tls.ssl != NULL ? 0 : -ENOMEM;
}

/* The handshake with the client. Returns 1 when it is over, 0 to wait, or negative. */
static int greet(struct conn *c, struct opened *o)
{
	char text[SENTENCE_MAX];
	int r;

	if (is_server_first(o))
		return 0;
	if (o->client.tls.ssl == NULL && meet(c, o) < 0)
		return -ENOMEM;
	r = tls_shake(&o->client.tls);

	if (r == 0)
		return 1;
	if (r == -EAGAIN)
		return 0;
	/* Mostly a client with roots of its own, to which our authority is unknown. */
	snprintf(text, sizeof(text), "the client gave up the TLS of the opened stream: %s",
		 o->client.tls.why);
	tell(c, "net.error", text);
	refuse_drain(c);
	return -EPROTO;
}

/* Whom the server has to prove to be: of an address, the name that the client asked for. */
static struct host expected(const struct opened *o)
{
	struct host host = o->host;

	if (host.is_address && o->asked.n > 0) {
		host.is_address = false;
		host.name = o->asked;
	}
	return host;
}

/* The handshake with the server, once it is connected. */
static void reach(struct conn *c, struct opened *o)
{
	struct tls *t = &o->server.tls;
	struct host host;

	if (o->is_lost || t->is_up)
		return;
	if (c->error < 0) {
		lose(o, "the server cannot be reached",
		     c->error == -ENOENT ? "there is no such name" : strerror(-c->error));
		return;
	}
	if (c->server.watch.fd < 0 || c->dial != NULL)
		return;
	host = expected(o);
	if (t->ssl == NULL)
		t->ssl = tls_maker_dial(c->proxy->tls, c->server.watch.fd, &host, o->tries_h2);
	if (t->ssl == NULL)
		lose(o, "the server cannot be trusted", "no list of authorities can be read");
	else if (tls_shake(t) == -EPROTO)
		lose(o, "the server cannot be trusted", t->why);
}

/* Once a request is there that would have gone out, its client is told that it cannot. */
static void answer_lost(struct conn *c, struct opened *o)
{
	char host[HOST_TEXT_MAX];
	struct denial d = { .kind = DENIAL_UPSTREAM, .host = host, .detail = o->why, .flag = "" };

	if (!o->is_lost || engine_state(&o->http) != ENGINE_BUSY)
		return;
	host_print(&o->host, 0, host);
	d.port = c->port;
	o->http.one.phase = HTTP1_ENDED;
	denial_reply(&d, o->http.one.is_head, &o->http.one.to_client);
	tell(c, "net.error", o->why);
}

/* Sends what is for one side. Returns bytes, or negative. */
static int send_some(struct end *end, struct buf *b, uint64_t *count)
{
	size_t max = b->max;
	ssize_t n;

	if (b->n == 0 || !end->tls.is_up)
		return 0;
	n = tls_write(&end->tls, b->p + end->at, b->n - end->at);
	if (n < 0)
		return n == -EAGAIN ? 0 : (int)n;
	end->at += (size_t)n;
	*count += (uint64_t)n;
	if (end->at < b->n)
		return (int)n;
	end->at = 0;
	b->n = 0;
	if (b->cap > OUT_KEPT) {
		buf_done(b);
		*b = BUF_INIT(max);
	}
	return (int)n;
}

/* Gives bytes to whoever reads this side. Returns how many were taken, or negative. */
static int feed(struct conn *c, struct end *end, const char *p, size_t n)
{
	struct opened *o = c->opened;
	enum engine_side from = end == &o->client ? ENGINE_CLIENT : ENGINE_SERVER;
	size_t at = 0;
	int r = 1;

	while (at < n && r > 0) {
		struct http_text rest = { p + at, n - at };

		r = engine_take(&o->http, from, &rest, c->proxy->loop.now_ms);
		if (r < 0)
			return r;
		at += (size_t)r;
	}
	return (int)at;
}

/* Reads one side and has it taken. Returns bytes that were read or taken, or negative. */
static int take_some(struct conn *c, struct end *end)
{
	char *p = c->proxy->scratch;
	size_t n = end->kept.n;
	ssize_t got = -EAGAIN;
	int taken;

	if (n > 0)
		memcpy(p, end->kept.p, n);
	if (n < PROXY_SCRATCH && !end->is_over)
		got = tls_read(&end->tls, p + n, PROXY_SCRATCH - n);
	if (got < 0 && got != -EAGAIN)
		return (int)got;
	end->is_over = end->is_over || got == 0;
	n += got > 0 ? (size_t)got : 0;
	taken = n > 0 ? feed(c, end, p, n) : 0;
	if (taken < 0 || (taken == 0 && got <= 0))
		return taken;
	buf_done(&end->kept);
	end->kept = BUF_INIT(PROXY_SCRATCH);
	buf_add(&end->kept, p + taken, n - (size_t)taken);
	return end->kept.err < 0 ? end->kept.err : (int)n;
}

/* A client may end what it sends and still wait for its reply, though not forever. */
static void wait_half(struct conn *c)
{
	if (c->is_half)
		return;
	c->is_half = true;
	loop_timer(&c->proxy->loop, &c->timer, TIMER_HALF);
}

static int from_client(struct conn *c, struct opened *o)
{
	bool is_turn = o->client.tls.is_up && engine_out(&o->http, ENGINE_SERVER)->n == 0;
	int r = is_turn ? take_some(c, &o->client) : 0;

	if (r < 0 || !o->client.is_over || !is_turn)
		return r;
	if (o->http.one.phase == HTTP1_WAIT) {
		wait_half(c);
		return r;
	}
	/* Between two requests it may go; within one nobody would know what it meant. */
	if (engine_state(&o->http) == ENGINE_IDLE)
		conn_end(c);
	else
		conn_reset(c);
	return -EPIPE;
}

static int from_server(struct conn *c, struct opened *o)
{
	bool is_turn =
		o->server.tls.is_up && !o->is_lost && engine_out(&o->http, ENGINE_CLIENT)->n == 0;
	bool was_over = o->server.is_over;
	int r = is_turn ? take_some(c, &o->server) : 0;

	if (r == -EPROTO && (o->http.one.is_in_reply || o->http.two != NULL))
		return r;
	if (r == -EPROTO)
		o->server.is_over = true;
	if (o->server.is_over && !was_over)
		engine_server_end(&o->http);
	return r == -EPROTO ? 1 : r;
}

/* All was said that is to be said: what is sent last arrives before the end. */
static bool is_finished(struct conn *c, struct opened *o)
{
	if (engine_state(&o->http) != ENGINE_LAST || engine_out(&o->http, ENGINE_CLIENT)->n > 0)
		return false;
	tls_end(&o->client.tls);
	tls_end(&o->server.tls);
	refuse_drain(c);
	return true;
}

/* One look at each side. Returns whether anything moved; negative when the stream is over. */
static int step(struct conn *c, struct opened *o)
{
	int moved[4];
	int sum = 0;

	reach(c, o);
	moved[0] = from_client(c, o);
	if (moved[0] < 0)
		return moved[0];
	answer_lost(c, o);
	moved[1] = o->is_lost ? 0
			      : send_some(&o->server, engine_out(&o->http, ENGINE_SERVER),
					  &c->up.bytes);
	moved[2] = from_server(c, o);
	tell_denial(c, o);
	tell_stray(c, o);
	moved[3] = send_some(&o->client, engine_out(&o->http, ENGINE_CLIENT), &c->down.bytes);
	for (size_t i = 0; i < ARRAY_LEN(moved); i++) {
		if (moved[i] < 0)
			return moved[i];
		sum |= moved[i];
	}
	return sum;
}

/* Whether somebody has begun something that the others wait for. */
static bool is_awaited(const struct opened *o)
{
	return (!o->client.tls.is_up && !is_server_first(o)) ||
	       (o->server.tls.ssl != NULL && !o->server.tls.is_up) ||
	       (o->http.two == NULL && engine_state(&o->http) == ENGINE_IDLE &&
		o->client.kept.n > 0);
}

void opened_move(struct conn *c)
{
	struct opened *o = c->opened;
	int r;

	if (o->tries_h2)
		reach(c, o);
	r = greet(c, o);
	for (int i = 0; r > 0 && i < TURN; i++) {
		r = step(c, o);
		if (c->phase != CONN_SERVED || is_finished(c, o))
			return;
	}
	if (c->phase != CONN_SERVED)
		return;
	if (r < 0) {
		conn_reset(c);
		return;
	}
	conn_hurry(c, !o->is_lost && is_awaited(o));
	if (r > 0)
		loop_later(&c->proxy->loop, &c->task);
}

void opened_slow(struct conn *c)
{
	struct opened *o = c->opened;

	if ((!o->client.tls.is_up && !is_server_first(o)) || o->server.tls.ssl == NULL ||
	    o->server.tls.is_up) {
		tell(c, "net.error", "the client began a request and did not go on");
		conn_reset(c);
		return;
	}
	lose(o, "the server cannot be reached", "its TLS handshake takes too long");
	conn_hurry(c, false);
	loop_later(&c->proxy->loop, &c->task);
}
