/* SPDX-License-Identifier: Apache-2.0 */
/* Stands between client and server of an opened stream that speaks HTTP/1; bytes in, bytes out. */
#include "proxy/http1.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "proxy/http_forward.h"
#include "proxy/secret.h"

/* Enough for what one call adds: a head that secrets were filled in, or a body that was held. */
#define OUT_MAX (4u * HTTP1_HELD_MAX)

void http1_init(struct http1 *h, const struct http_way *way)
{
	*h = (struct http1){ .way = way, .stray = -1 };
	h->to_server = BUF_INIT(OUT_MAX);
	h->to_client = BUF_INIT(OUT_MAX);
	h->held = BUF_INIT(HTTP1_HELD_MAX + 2 * HTTP_HEAD_MAX);
	h->content = BUF_INIT(HTTP1_HELD_MAX);
}

void http1_done(struct http1 *h)
{
	buf_done(&h->to_server);
	buf_done(&h->to_client);
	buf_done(&h->held);
	buf_done(&h->content);
}

/* Says no to the client, in what is left of HTTP; nothing more goes to the server. */
static void deny(struct http1 *h, enum denial_kind kind, const char *detail)
{
	char host[HOST_TEXT_MAX];
	struct denial d = { .kind = kind, .host = host, .detail = detail, .flag = "" };

	host_print(&h->way->host, 0, host);
	d.port = h->way->port;
	h->phase = HTTP1_DENIED;
	if (detail != h->judged.detail) {
		h->judged = (struct http_judged){ .kind = kind };
		snprintf(h->judged.detail, sizeof(h->judged.detail), "%s", detail);
	}
	/* Behind the beginning of another reply a denial would be read as part of it. */
	if (!h->has_answered)
		denial_reply(&d, h->is_head, &h->to_client);
}

static struct secret_site site_of(struct http1 *h)
{
	const struct config *c = h->way->config;

	return (struct secret_site){ .secrets = c->secrets,
				     .n = c->n_secrets,
				     .values = h->way->values,
				     .host = &h->way->host,
				     .port = h->way->port,
				     .stray = -1 };
}

/* Takes over what was noticed while secrets were filled in. */
static void note_site(struct http1 *h, const struct secret_site *site)
{
	h->filled += site->filled;
	if (site->stray >= 0)
		h->stray = site->stray;
}

/* Whether a secret may stand in the bodies that go to this server. */
static bool fills_bodies(const struct http1 *h)
{
	const struct config *c = h->way->config;

	for (size_t i = 0; i < c->n_secrets; i++)
		if ((c->secrets[i].where & SECRET_BODY) != 0 &&
		    secrets_cover(&c->secrets[i], 1, &h->way->host, h->way->port))
			return true;
	return false;
}

static bool has_field(const struct http_head *head, const char *name)
{
	struct http_text rest = head->fields;
	struct http_text line;
	struct http_field f;

	while (http_line_next(&rest, &line))
		if (http_field_parse(&line, &f) == 0 && http_is(&f.name, name))
			return true;
	return false;
}

/* What is wrong with a request before any rule is asked; NULL when nothing is. */
static const char *fault_of(const struct http1 *h, const struct http_head *head)
{
	if (head->form == HTTP_AUTHORITY)
		return "a CONNECT within a connection";
	if (head->form == HTTP_ABSOLUTE && h->way->is_tls)
		return "a request for http: within TLS";
	return NULL;
}

/* Sends the head on, or keeps it where the body has to be seen first. */
static void forward(struct http1 *h, const char *p, const struct http_head *head)
{
	struct secret_site site = site_of(h);
	bool has_body = !h->body.is_done;

	h->phase = has_body ? HTTP1_BODY : HTTP1_WAIT;
	h->is_asked = true;
	if (h->judged.is_push) {
		h->phase = HTTP1_PUSH;
		(void)http_forward_build(head, &site, -1, &h->held);
	} else if (has_body && fills_bodies(h)) {
		h->phase = HTTP1_FILL;
		buf_add(&h->held, p, head->bytes);
	} else {
		(void)http_forward_build(head, &site, -1, &h->to_server);
	}
	/* The client would wait for a server that waits for us, who wait for the body. */
	if ((h->phase == HTTP1_PUSH || h->phase == HTTP1_FILL) && has_field(head, "expect"))
		buf_str(&h->to_client, "HTTP/1.1 100 Continue\r\n\r\n");
	note_site(h, &site);
}

static void begin(struct http1 *h, const char *p, const struct http_head *head, uint64_t now_ms)
{
	struct http_asked asked = { .host = head->has_host ? &head->host : NULL,
				    .port = head->port,
				    .method = head->method,
				    .path = head->path,
				    .has_override = head->has_override };
	const char *fault = fault_of(h, head);
	enum http_body_kind kind = head->is_chunked   ? HTTP_BODY_CHUNKED
				   : head->has_length ? HTTP_BODY_LENGTH
						      : HTTP_BODY_NONE;

	h->is_head = head->method.n == 4 && memcmp(head->method.p, "HEAD", 4) == 0;
	h->wants_upgrade = head->upgrade == HTTP_UPGRADE_WEBSOCKET;
	h->wants_close = head->wants_close || head->minor == 0;
	http_body_init(&h->body, kind, head->length);
	if (fault != NULL) {
		deny(h, DENIAL_MALFORMED, fault);
		return;
	}
	http_judge(h->way, &asked, now_ms, &h->judged);
	if (!h->judged.is_allowed)
		deny(h, h->judged.kind, h->judged.detail);
	else if (h->judged.is_push && has_field(head, "content-encoding"))
		deny(h, DENIAL_PUSH, "a push that is compressed cannot be judged");
	else
		forward(h, p, head);
}

/* HTTP/1.0 may leave out whom a request is for; the server shall not have to guess. */
static void name_host(const struct http1 *h, struct http_head *head)
{
	if (head->has_host)
		return;
	head->has_host = true;
	head->host = h->way->host;
}

static int take_head(struct http1 *h, const char *p, size_t n, uint64_t now_ms)
{
	struct http_head head = { .scanned = h->scanned };

	switch (http_head_parse(p, n, &head)) {
	case HTTP_HEAD_MORE:
		h->scanned = head.scanned;
		return 0;
	case HTTP_HEAD_WHOLE:
		break;
	case HTTP_HEAD_BAD:
	case HTTP_HEAD_END:
		deny(h, DENIAL_MALFORMED, head.why);
		return (int)n;
	}
	h->scanned = 0;
	name_host(h, &head);
	begin(h, p, &head, now_ms);
	return (int)head.bytes;
}

/* The path of the request whose head was kept, as it stands in its first line. */
static struct http_text held_path(const struct http1 *h)
{
	const char *start = memchr(h->held.p, ' ', h->held.n);
	const char *end =
		start != NULL ? memchr(start + 1, ' ', h->held.n - (size_t)(start + 1 - h->held.p))
			      : NULL;

	if (end == NULL)
		return (struct http_text){ "", 0 };
	return (struct http_text){ start + 1, (size_t)(end - start - 1) };
}

static void judge_push(struct http1 *h)
{
	struct http_text path = held_path(h);
	struct http_text content = { h->content.p != NULL ? h->content.p : "", h->content.n };
	int r = http_judge_push(h->way, &path, &content, &h->judged);

	if (r == 0 && h->body.is_done)
		deny(h, DENIAL_PUSH, "a push whose commands do not end");
	else if (r == 0)
		return;
	else if (!h->judged.is_allowed)
		deny(h, h->judged.kind, h->judged.detail);
	else {
		buf_add(&h->to_server, h->held.p, h->held.n);
		h->phase = h->body.is_done ? HTTP1_WAIT : HTTP1_BODY;
	}
	buf_done(&h->held);
	buf_done(&h->content);
}

/* The body is whole: fills it in, and sends it behind a head that has its new length. */
static void fill(struct http1 *h)
{
	AUTO_BUF struct buf filled = BUF_INIT(OUT_MAX);
	struct secret_site site = site_of(h);
	struct http_text content = { h->content.p, h->content.n };
	struct http_head head = { 0 };

	secrets_fill_body(&site, &content, &filled);
	/* It was read before, so it is read again. */
	(void)http_head_parse(h->held.p, h->held.n, &head);
	name_host(h, &head);
	(void)http_forward_build(&head, &site, (int64_t)filled.n, &h->to_server);
	buf_add(&h->to_server, filled.p, filled.n);
	if (filled.err != 0)
		h->to_server.err = filled.err;
	note_site(h, &site);
	h->phase = HTTP1_WAIT;
	buf_done(&h->held);
	buf_done(&h->content);
}

static int take_body(struct http1 *h, const char *p, size_t n)
{
	struct http_text data;
	int r = http_body_next(&h->body, p, n, &data);

	if (r < 0) {
		deny(h, DENIAL_MALFORMED, "a body whose chunks cannot be read");
		return (int)n;
	}
	if (h->phase == HTTP1_BODY) {
		buf_add(&h->to_server, p, (size_t)r);
		if (h->body.is_done)
			h->phase = HTTP1_WAIT;
		return r;
	}
	buf_add(&h->content, data.p, data.n);
	if (h->phase == HTTP1_PUSH)
		buf_add(&h->held, p, (size_t)r);
	if (h->held.err == -E2BIG || h->content.err == -E2BIG) {
		deny(h, h->phase == HTTP1_PUSH ? DENIAL_PUSH : DENIAL_MALFORMED,
		     "a body that is too long to be judged");
		return r;
	}
	if (h->phase == HTTP1_PUSH)
		judge_push(h);
	else if (h->body.is_done)
		fill(h);
	return r;
}

/* What memory has to say about a call that took @r bytes. */
static int settle(const struct http1 *h, int r)
{
	const struct buf *all[] = { &h->to_server, &h->to_client, &h->held, &h->content };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (all[i]->err == -ENOMEM || (i < 2 && all[i]->err < 0))
			return all[i]->err;
	return r;
}

int http1_client(struct http1 *h, const char *p, size_t n, uint64_t now_ms)
{
	int r = 0;

	if (n > HTTP1_HELD_MAX)
		n = HTTP1_HELD_MAX;
	if (n == 0)
		return 0;
	switch (h->phase) {
	case HTTP1_HEAD:
		r = take_head(h, p, n, now_ms);
		break;
	case HTTP1_BODY:
	case HTTP1_PUSH:
	case HTTP1_FILL:
		r = take_body(h, p, n);
		break;
	case HTTP1_WAIT:
		break;
	case HTTP1_TUNNEL:
		buf_add(&h->to_server, p, n);
		r = (int)n;
		break;
	case HTTP1_DENIED:
	case HTTP1_ENDED:
		r = (int)n;
		break;
	}
	return settle(h, r);
}

/* A reply has ended: the next request may come, if both sides go on. */
static void end_reply(struct http1 *h)
{
	bool is_last =
		h->wants_close || h->reply.wants_close || h->reply.minor == 0 || !h->body.is_done;

	h->phase = is_last ? HTTP1_ENDED : HTTP1_HEAD;
	h->is_asked = false;
	h->is_in_reply = false;
	h->has_answered = false;
	h->reply = (struct http_reply){ 0 };
}

static void begin_reply(struct http1 *h, const char *p)
{
	buf_add(&h->to_client, p, h->reply.bytes);
	if (h->reply.status == 101) {
		h->phase = HTTP1_TUNNEL;
		return;
	}
	if (h->reply.status < 200) {
		h->reply = (struct http_reply){ 0 };
		return;
	}
	h->has_answered = true;
	h->is_in_reply = true;
	http_body_init(&h->reply_body, h->reply.body, h->reply.length);
	if (h->reply_body.is_done)
		end_reply(h);
}

static int take_reply(struct http1 *h, const char *p, size_t n)
{
	enum http_head_result r = http_reply_parse(p, n, h->is_head, &h->reply);
	size_t bytes = h->reply.bytes;

	if (r == HTTP_HEAD_MORE)
		return 0;
	if (r == HTTP_HEAD_WHOLE && (h->reply.status != 101 || h->wants_upgrade)) {
		begin_reply(h, p);
		return (int)bytes;
	}
	deny(h, DENIAL_UPSTREAM, "the server's reply cannot be read");
	return (int)n;
}

static int take_reply_body(struct http1 *h, const char *p, size_t n)
{
	struct http_text data;
	int r = http_body_next(&h->reply_body, p, n, &data);

	if (r < 0) {
		deny(h, DENIAL_UPSTREAM, "the server's reply cannot be read");
		return (int)n;
	}
	buf_add(&h->to_client, p, (size_t)r);
	if (h->reply_body.is_done)
		end_reply(h);
	return r;
}

int http1_server(struct http1 *h, const char *p, size_t n)
{
	int r = (int)(n < INT_MAX ? n : INT_MAX);

	if (n == 0)
		return 0;
	if (h->phase == HTTP1_TUNNEL)
		buf_add(&h->to_client, p, (size_t)r);
	else if (h->phase == HTTP1_DENIED || h->phase == HTTP1_ENDED)
		return r;
	else if (h->is_in_reply)
		r = take_reply_body(h, p, (size_t)r);
	else if (h->is_asked)
		r = take_reply(h, p, (size_t)r);
	else /* a reply that nobody asked for would be taken for that to the next request */
		h->phase = HTTP1_ENDED;
	return settle(h, r);
}

void http1_server_end(struct http1 *h)
{
	if (h->phase == HTTP1_DENIED || h->phase == HTTP1_ENDED)
		return;
	if (h->is_asked && !h->is_in_reply && h->phase != HTTP1_TUNNEL)
		deny(h, DENIAL_UPSTREAM, "the server ended the connection without a reply");
	else
		h->phase = HTTP1_ENDED;
}
