/* SPDX-License-Identifier: Apache-2.0 */
/* Stands between client and server of an opened stream that speaks HTTP/2; bytes in, bytes out. */
#include "proxy/h2.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proxy/denial.h"
#include "proxy/h2_request.h"
#include "proxy/h2_settings.h"
#include "proxy/secret.h"

#define OUT_MAX (4u << 20)
#define BLOCK_MAX 32768	     /* bytes of a request's fields, compressed */
#define LENGTH_MAX (1 << 20) /* of a body whose end an answer of ours waits for */
#define RESERVE 16384	     /* bytes that our own answers may take of the client's window */
#define FIELDS_MAX (256u << 10)
#define WINDOW_FIRST 65535

void h2_init(struct h2 *h, const struct http_way *way)
{
	*h = (struct h2){ .way = way, .stray = -1, .window = WINDOW_FIRST };
	h->to_server = BUF_INIT(OUT_MAX);
	h->to_client = BUF_INIT(OUT_MAX);
	h->later = BUF_INIT(OUT_MAX);
	h->block = BUF_INIT(BLOCK_MAX);
	hpack_init(&h->hpack, HPACK_TABLE_MAX);
}

void h2_done(struct h2 *h)
{
	buf_done(&h->to_server);
	buf_done(&h->to_client);
	buf_done(&h->later);
	buf_done(&h->block);
}

bool h2_may_offer(const struct config *config, const struct host *host, uint16_t port)
{
	struct git_target target = { host, port, { "", 0 } };

	for (size_t i = 0; i < config->n_secrets; i++)
		if ((config->secrets[i].where & SECRET_BODY) != 0 &&
		    secrets_cover(&config->secrets[i], 1, host, port))
			return false;
	return !git_rules_cover(config->git, config->n_git, &target);
}

/* What was built, never NULL. */
static struct http_text built(const struct buf *b)
{
	return (struct http_text){ b->p != NULL ? b->p : "", b->n };
}

/* Whether frames of ours may come now: neither first of all, nor amidst the server's fields. */
static bool is_our_turn(const struct h2 *h)
{
	return h->has_greeted && h->reply_stream == 0;
}

static struct buf *own_out(struct h2 *h)
{
	return is_our_turn(h) ? &h->to_client : &h->later;
}

static void end(struct h2 *h, const char *why)
{
	char b[8] = { 0, 0, 0, 0, 0, 0, 0, H2_PROTOCOL_ERROR };
	struct h2_frame f = { .type = H2_GOAWAY, .payload = { b, sizeof(b) } };

	h->phase = H2_ENDED;
	h->why = why;
	if (is_our_turn(h))
		h2_put(&f, &h->to_client);
}

/* Whether the server does not know a stream, so that nothing of it may get there. */
static bool is_dropped(const struct h2 *h, uint32_t stream)
{
	for (size_t i = 0; i < H2_DENIED_MAX; i++)
		if (h->denied[i] == stream)
			return true;
	return stream > h->last_sent;
}

static void put_field(const char *name, const char *value, struct buf *out)
{
	hpack_write(&(struct http_text){ name, strlen(name) },
		    &(struct http_text){ value, strlen(value) }, out);
}

/* The answer to a denied request; its body only where the client's windows have room for it. */
static void put_denial(struct h2 *h, uint32_t stream, const struct denial *d)
{
	AUTO_BUF struct buf block = BUF_INIT(OUT_MAX);
	AUTO_BUF struct buf body = BUF_INIT(OUT_MAX);
	AUTO_BUF struct buf number = BUF_INIT(64);
	struct h2_frame data = { .type = H2_DATA, .flags = H2_END_STREAM, .stream = stream };
	struct http_text block_text;
	bool has_body;

	denial_body(d, &body);
	has_body = body.n <= h->reserve && body.n <= h->window && body.n <= H2_PAYLOAD_MAX;
	buf_printf(&number, "%u", denial_status(d->kind));
	put_field(":status", number.p != NULL ? number.p : "403", &block);
	put_field("content-type", "application/json", &block);
	put_field("cache-control", "no-store", &block);
	put_field("x-proxy-error", denial_code(d->kind), &block);
	block_text = built(&block);
	h2_put_fields(stream, has_body ? 0 : H2_END_STREAM, &block_text, own_out(h));
	if (!has_body)
		return;
	h->reserve -= (uint32_t)body.n;
	data.payload = (struct http_text){ body.p, body.n };
	h2_put(&data, own_out(h));
}

static void answer(struct h2 *h, uint32_t stream, const struct http_judged *judged)
{
	char host[HOST_TEXT_MAX];
	struct denial d = { .kind = judged->kind,
			    .host = host,
			    .port = h->way->port,
			    .detail = judged->detail,
			    .flag = "" };

	host_print(&h->way->host, 0, host);
	put_denial(h, stream, &d);
}

/* The place of a stream among those that are answered later, or a free one for 0; or NULL. */
static struct h2_held *find_held(struct h2 *h, uint32_t stream)
{
	for (size_t i = 0; i < H2_HELD_MAX; i++)
		if (h->held[i].stream == stream)
			return &h->held[i];
	return NULL;
}

/*
 * Says no to one request; what its client still sends is dropped. There are clients that take an
 * answer amidst a body for a failure, so one whose length is told and small is awaited. A client
 * that may send for long, or keeps the stream open, is answered at once and told that this was all.
 */
static void deny(struct h2 *h, uint32_t stream, int64_t length)
{
	bool is_over = (h->block_flags & H2_END_STREAM) != 0;
	bool is_short = length >= 0 && length <= LENGTH_MAX;
	struct h2_held *held = !is_over && is_short ? find_held(h, 0) : NULL;

	h->denied[h->denials++ % H2_DENIED_MAX] = stream;
	if (held != NULL) {
		*held = (struct h2_held){ stream, h->judged };
		return;
	}
	answer(h, stream, &h->judged);
	if (!is_over)
		h2_put_number(H2_RST_STREAM, stream, H2_NO_ERROR, own_out(h));
}

/* The client has ended a stream that was denied: one that was to be answered then is. */
static void end_denied(struct h2 *h, uint32_t stream, bool wants_answer)
{
	struct h2_held *held = find_held(h, stream);

	if (held == NULL)
		return;
	if (wants_answer)
		answer(h, stream, &held->judged);
	held->stream = 0;
}

static void deny_malformed(struct h2 *h, uint32_t stream, const char *why)
{
	h->judged = (struct http_judged){ .kind = DENIAL_MALFORMED };
	snprintf(h->judged.detail, sizeof(h->judged.detail), "%s", why);
	deny(h, stream, -1);
}

static void forward(struct h2 *h, uint32_t stream, const struct buf *fields)
{
	const struct config *c = h->way->config;
	AUTO_BUF struct buf block = BUF_INIT(OUT_MAX);
	struct secret_site site = { .secrets = c->secrets,
				    .n = c->n_secrets,
				    .values = h->way->values,
				    .host = &h->way->host,
				    .port = h->way->port,
				    .stray = -1 };
	struct http_text block_text;

	if (stream > h->last_sent)
		h->last_sent = stream;
	h2_request_write(fields, &site, &block);
	block_text = built(&block);
	h2_put_fields(stream, h->block_flags & H2_END_STREAM, &block_text, &h->to_server);
	if (block.err != 0)
		h->to_server.err = block.err;
	h->filled += site.filled;
	if (site.stray >= 0)
		h->stray = site.stray;
}

static void judge(struct h2 *h, uint32_t stream, const struct buf *fields, uint64_t now_ms)
{
	struct http_judged judged;
	struct h2_request request;

	if (h2_request_parse(fields, h->way->is_tls, &request) < 0) {
		deny_malformed(h, stream, request.why);
		return;
	}
	http_judge(h->way, &request.asked, now_ms, &judged);
	if (judged.is_push && judged.is_allowed) {
		deny_malformed(h, stream, "a push by HTTP/2 cannot be judged");
	} else if (judged.is_allowed) {
		forward(h, stream, fields);
	} else {
		h->judged = judged;
		deny(h, stream, request.length);
	}
}

/* All fields of a request, or those behind its body, are there. */
static void take_fields(struct h2 *h, uint64_t now_ms)
{
	AUTO_BUF struct buf fields = BUF_INIT(FIELDS_MAX);
	uint32_t stream = h->block_stream;
	int r = hpack_read(&h->hpack, (const uint8_t *)h->block.p, h->block.n, &fields);

	h->block_stream = 0;
	buf_done(&h->block);
	if (r < 0) {
		end(h, "fields that cannot be read");
	} else if (stream > h->last_stream) {
		h->last_stream = stream;
		judge(h, stream, &fields, now_ms);
	} else if (is_dropped(h, stream)) {
		if ((h->block_flags & H2_END_STREAM) != 0)
			end_denied(h, stream, true);
	} else if ((h->block_flags & H2_END_STREAM) == 0 || !h2_trailers_are_fields(&fields)) {
		end(h, "trailers that are none");
	} else {
		forward(h, stream, &fields);
	}
}

static void on_headers(struct h2 *h, const struct h2_frame *f, uint64_t now_ms)
{
	struct http_text content;

	if (f->stream % 2 == 0 || h2_frame_content(f, &content) < 0) {
		end(h, "fields of a stream that is none");
		return;
	}
	h->block_stream = f->stream;
	h->block_flags = f->flags;
	buf_add(&h->block, content.p, content.n);
	if ((f->flags & H2_END_HEADERS) != 0)
		take_fields(h, now_ms);
}

static void on_continuation(struct h2 *h, const struct h2_frame *f, uint64_t now_ms)
{
	buf_add(&h->block, f->payload.p, f->payload.n);
	if (h->block.err == -E2BIG || f->payload.n == 0)
		end(h, "fields that are too long");
	else if ((f->flags & H2_END_HEADERS) != 0)
		take_fields(h, now_ms);
}

/* Bytes that never reach the server are given back to the client's windows at once. */
static void drop(struct h2 *h, const struct h2_frame *f)
{
	bool is_over = (f->flags & H2_END_STREAM) != 0;

	if (f->payload.n > 0) {
		uint32_t n = (uint32_t)f->payload.n;

		h2_put_number(H2_WINDOW_UPDATE, 0, n, own_out(h));
		if (!is_over && find_held(h, f->stream) != NULL)
			h2_put_number(H2_WINDOW_UPDATE, f->stream, n, own_out(h));
	}
	if (is_over)
		end_denied(h, f->stream, true);
}

static void on_data(struct h2 *h, const struct h2_frame *f)
{
	struct http_text content;

	if (f->stream > h->last_stream || h2_frame_content(f, &content) < 0)
		end(h, "data of a stream that is none");
	else if (is_dropped(h, f->stream))
		drop(h, f);
	else
		h2_put(f, &h->to_server);
}

/* Some of the client's window for all streams is kept for our own answers. */
static void on_window(struct h2 *h, const struct h2_frame *f)
{
	uint32_t more = h2_number(f->payload.p);
	uint32_t kept = RESERVE - h->reserve;

	if (f->stream != 0) {
		if (!is_dropped(h, f->stream))
			h2_put(f, &h->to_server);
		return;
	}
	if (more == 0) {
		end(h, "a window that does not grow");
		return;
	}
	if (kept > more)
		kept = more;
	h->reserve += kept;
	if (more > kept)
		h2_put_number(H2_WINDOW_UPDATE, 0, more - kept, &h->to_server);
}

static void client_frame(struct h2 *h, const struct h2_frame *f, uint64_t now_ms)
{
	bool is_due = h->block_stream != 0;

	if (is_due != (f->type == H2_CONTINUATION) || (is_due && f->stream != h->block_stream)) {
		end(h, "fields that other frames interrupt");
		return;
	}
	/* Types that nobody knows are left out, as is a priority, which only asks. */
	if (f->type >= H2_TYPE_END)
		return;
	switch ((enum h2_type)f->type) {
	case H2_DATA:
		on_data(h, f);
		break;
	case H2_HEADERS:
		on_headers(h, f, now_ms);
		break;
	case H2_CONTINUATION:
		on_continuation(h, f, now_ms);
		break;
	case H2_RST_STREAM:
		end_denied(h, f->stream, false);
		if (!is_dropped(h, f->stream))
			h2_put(f, &h->to_server);
		break;
	case H2_SETTINGS:
		h2_settings_of_client(f, &h->window, &h->to_server);
		break;
	case H2_WINDOW_UPDATE:
		on_window(h, f);
		break;
	case H2_PING:
	case H2_GOAWAY:
		h2_put(f, &h->to_server);
		break;
	case H2_PUSH_PROMISE:
		end(h, "a promise by a client");
		break;
	case H2_PRIORITY:
	case H2_TYPE_END:
		break;
	}
}

static void server_frame(struct h2 *h, const struct h2_frame *f)
{
	bool is_due = h->reply_stream != 0;

	if (is_due != (f->type == H2_CONTINUATION) || (is_due && f->stream != h->reply_stream)) {
		end(h, "fields of a reply that other frames interrupt");
		return;
	}
	/* Those that nobody knows could tell the client of other ways to the server. */
	if (f->type >= H2_TYPE_END)
		return;
	if (f->type == H2_PUSH_PROMISE || (!h->has_greeted && f->type != H2_SETTINGS)) {
		end(h, "a promise, which nobody wants, or no settings first");
		return;
	}
	h->has_greeted = true;
	if (f->type == H2_SETTINGS)
		h2_settings_of_server(f, &h->to_client);
	else
		h2_put(f, &h->to_client);
	if (f->type == H2_HEADERS || f->type == H2_CONTINUATION)
		h->reply_stream = (f->flags & H2_END_HEADERS) != 0 ? 0 : f->stream;
	if (h->reply_stream == 0 && h->later.n > 0) {
		buf_add(&h->to_client, h->later.p, h->later.n);
		buf_done(&h->later);
	}
}

static int settle(const struct h2 *h, int r)
{
	if (h->to_server.err < 0)
		return h->to_server.err;
	if (h->to_client.err < 0)
		return h->to_client.err;
	if (h->later.err < 0)
		return h->later.err;
	return h->block.err == -ENOMEM ? -ENOMEM : r;
}

/* Compares as much of the preface as there is. */
static int take_preface(struct h2 *h, const char *p, size_t n)
{
	static const char preface[] = H2_PREFACE;
	size_t all = sizeof(preface) - 1;

	if (memcmp(p, preface, n < all ? n : all) != 0) {
		end(h, "no HTTP/2");
		return 0;
	}
	if (n < all)
		return 0;
	buf_add(&h->to_server, preface, all);
	h->phase = H2_OPEN;
	return (int)all;
}

int h2_client(struct h2 *h, const char *p, size_t n, uint64_t now_ms)
{
	struct h2_frame f;
	int r;

	if (h->phase == H2_ENDED || n == 0)
		return 0;
	if (h->phase == H2_PREFACE_DUE)
		return settle(h, take_preface(h, p, n));
	r = h2_frame_parse(p, n, &f);
	if (r < 0) {
		end(h, "a frame that cannot be read");
		return settle(h, 0);
	}
	if (r > 0)
		client_frame(h, &f, now_ms);
	return settle(h, r);
}

int h2_server(struct h2 *h, const char *p, size_t n)
{
	struct h2_frame f;
	int r;

	if (h->phase == H2_ENDED || n == 0)
		return 0;
	r = h2_frame_parse(p, n, &f);
	if (r < 0) {
		end(h, "a frame of the server that cannot be read");
		return settle(h, 0);
	}
	if (r > 0)
		server_frame(h, &f);
	return settle(h, r);
}

void h2_server_end(struct h2 *h)
{
	if (h->phase != H2_ENDED)
		end(h, "the server ended the connection");
}
