/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the head of an HTTP/1 request so strictly that no other reader can read it otherwise. */
#include "proxy/http_head.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

#define PORT_HTTP 80

enum { STATUS_BAD = 400, STATUS_TOO_LARGE = 431, STATUS_NO_CODING = 501, STATUS_NO_VERSION = 505 };

/* What was seen while fields are read. */
struct seen {
	bool host;
	bool coding;
	struct host host_value;
	uint16_t host_port;
};

static int bad(struct http_head *h, uint16_t status, const char *why)
{
	h->status = status;
	h->why = why;
	return -EBADMSG;
}

/* Cuts what stands before the next space off @rest. */
static struct http_text word_next(struct http_text *rest)
{
	const char *space = rest->n > 0 ? memchr(rest->p, ' ', rest->n) : NULL;
	struct http_text word = { rest->p, space != NULL ? (size_t)(space - rest->p) : rest->n };
	size_t step = space != NULL ? word.n + 1 : word.n;

	rest->p += step;
	rest->n -= step;
	return word;
}

static int parse_version(const struct http_text *t, struct http_head *h)
{
	if (t->n != 8 || memcmp(t->p, "HTTP/", 5) != 0)
		return bad(h, STATUS_BAD, "a request line without a version");
	if (memcmp(t->p + 5, "1.1", 3) != 0 && memcmp(t->p + 5, "1.0", 3) != 0)
		return bad(h, STATUS_NO_VERSION, "a version other than HTTP/1.0 and HTTP/1.1");
	h->minor = t->p[7] == '1';
	return 0;
}

static int parse_absolute(struct http_head *h)
{
	static const char scheme[] = "http://";
	struct http_text t = h->target;
	size_t n;

	if (t.n < sizeof(scheme) || strncasecmp(t.p, scheme, sizeof(scheme) - 1) != 0)
		return bad(h, STATUS_BAD, "a target that is neither a path nor http://");
	t.p += sizeof(scheme) - 1;
	t.n -= sizeof(scheme) - 1;
	for (n = 0; n < t.n && t.p[n] != '/' && t.p[n] != '?'; n++)
		;
	if (host_port_parse(t.p, n, &h->host, &h->port) < 0)
		return bad(h, STATUS_BAD, "a target whose host is no host");
	h->has_host = true;
	h->form = HTTP_ABSOLUTE;
	h->path = (struct http_text){ t.p + n, t.n - n };
	if (h->path.n == 0)
		h->path = (struct http_text){ "/", 1 };
	if (h->path.p[0] != '/')
		return bad(h, STATUS_BAD, "a target without a path");
	return 0;
}

static bool is_method(const struct http_head *h, const char *name)
{
	return h->method.n == strlen(name) && memcmp(h->method.p, name, h->method.n) == 0;
}

static int parse_connect(struct http_head *h)
{
	h->form = HTTP_AUTHORITY;
	if (host_port_parse(h->target.p, h->target.n, &h->host, &h->port) < 0 || h->port == 0)
		return bad(h, STATUS_BAD, "a CONNECT without HOST:PORT");
	h->has_host = true;
	return 0;
}

static int parse_target(struct http_head *h)
{
	for (size_t i = 0; i < h->target.n; i++) {
		unsigned char c = (unsigned char)h->target.p[i];

		if (c <= 0x20 || c >= 0x7f || c == '#')
			return bad(h, STATUS_BAD, "a target with bytes that have no place in it");
	}
	if (h->target.n == 0)
		return bad(h, STATUS_BAD, "a request line without a target");
	if (is_method(h, "CONNECT"))
		return parse_connect(h);
	if (h->target.p[0] == '/') {
		h->form = HTTP_ORIGIN;
		h->path = h->target;
		return 0;
	}
	if (h->target.n == 1 && h->target.p[0] == '*') {
		h->form = HTTP_ASTERISK;
		if (!is_method(h, "OPTIONS"))
			return bad(h, STATUS_BAD, "a target that only OPTIONS has");
		return 0;
	}
	return parse_absolute(h);
}

static int parse_request_line(struct http_text *rest, struct http_head *h)
{
	struct http_text line = { 0 };
	struct http_text version;
	int r;

	(void)http_line_next(rest, &line);
	h->method = word_next(&line);
	h->target = word_next(&line);
	version = word_next(&line);
	if (!http_is_token(&h->method) || h->method.n > HTTP_METHOD_MAX)
		return bad(h, STATUS_BAD, "a method that is no token");
	r = parse_version(&version, h);
	if (r < 0)
		return r;
	if (line.n > 0 || version.p + version.n != line.p)
		return bad(h, STATUS_BAD, "a request line of more than three words");
	return parse_target(h);
}

static int on_host(const struct http_text *v, struct http_head *h, struct seen *s)
{
	if (s->host)
		return bad(h, STATUS_BAD, "two Host fields");
	if (host_port_parse(v->p, v->n, &s->host_value, &s->host_port) < 0)
		return bad(h, STATUS_BAD, "a Host field that is no host");
	s->host = true;
	return 0;
}

static int on_length(const struct http_text *v, struct http_head *h, struct seen *s)
{
	(void)s;
	if (h->has_length)
		return bad(h, STATUS_BAD, "two Content-Length fields");
	if (http_length_parse(v, &h->length) < 0)
		return bad(h, STATUS_BAD, "a Content-Length that is no number");
	h->has_length = true;
	return 0;
}

static int on_coding(const struct http_text *v, struct http_head *h, struct seen *s)
{
	if (s->coding)
		return bad(h, STATUS_BAD, "two Transfer-Encoding fields");
	s->coding = true;
	if (!http_is(v, "chunked"))
		return bad(h, STATUS_NO_CODING, "a transfer coding other than chunked");
	h->is_chunked = true;
	return 0;
}

/* What Connection names is dropped on the way, so it must not name what a message is made of. */
static int on_connection(const struct http_text *v, struct http_head *h, struct seen *s)
{
	static const char *const known[] = { "close", "keep-alive",	"upgrade",
					     "te",    "http2-settings", "proxy-connection" };
	struct http_text rest = *v;
	struct http_text item;

	(void)s;
	while (http_item_next(&rest, &item)) {
		size_t i = 0;

		while (i < ARRAY_LEN(known) && !http_is(&item, known[i]))
			i++;
		if (i == ARRAY_LEN(known))
			return bad(h, STATUS_BAD, "a Connection field that names another field");
		if (i == 0)
			h->wants_close = true;
	}
	return 0;
}

static int on_upgrade(const struct http_text *v, struct http_head *h, struct seen *s)
{
	struct http_text rest = *v;
	struct http_text item;

	(void)s;
	if (h->upgrade == HTTP_UPGRADE_NONE)
		h->upgrade = HTTP_UPGRADE_WEBSOCKET;
	while (http_item_next(&rest, &item))
		if (!http_is(&item, "websocket"))
			h->upgrade = HTTP_UPGRADE_OTHER;
	return 0;
}

static int on_override(const struct http_text *v, struct http_head *h, struct seen *s)
{
	(void)v;
	(void)s;
	h->has_override = true;
	return 0;
}

static int on_lookalike(const struct http_text *v, struct http_head *h, struct seen *s)
{
	(void)v;
	(void)s;
	return bad(h, STATUS_BAD, "a field that some servers take for one of the framing");
}

static const struct {
	const char *name;
	int (*read)(const struct http_text *v, struct http_head *h, struct seen *s);
} known_fields[] = {
	{ "host", on_host },
	{ "content-length", on_length },
	{ "transfer-encoding", on_coding },
	{ "connection", on_connection },
	{ "upgrade", on_upgrade },
	{ "content_length", on_lookalike },
	{ "transfer_encoding", on_lookalike },
	{ "x-http-method", on_override },
	{ "x-http-method-override", on_override },
	{ "x-method-override", on_override },
	{ "x-original-url", on_override },
	{ "x-rewrite-url", on_override },
};

static int parse_fields(struct http_text rest, struct http_head *h, struct seen *s)
{
	struct http_text line;
	struct http_field f;
	size_t count = 0;

	h->fields = rest;
	while (http_line_next(&rest, &line)) {
		if (++count > HTTP_FIELDS_MAX)
			return bad(h, STATUS_TOO_LARGE, "too many fields");
		if (http_field_parse(&line, &f) < 0)
			return bad(h, STATUS_BAD, "a line that is no field");
		for (size_t i = 0; i < ARRAY_LEN(known_fields); i++)
			if (http_is(&f.name, known_fields[i].name) &&
			    known_fields[i].read(&f.value, h, s) < 0)
				return -EBADMSG;
	}
	return 0;
}

static uint16_t port_or(uint16_t port, uint16_t other)
{
	return port != 0 ? port : other;
}

/* Whom it is for must be said once, or twice the same. */
static int settle_host(struct http_head *h, const struct seen *s)
{
	uint16_t usual = h->form == HTTP_AUTHORITY ? h->port : PORT_HTTP;

	if (!s->host) {
		if (h->minor >= 1)
			return bad(h, STATUS_BAD, "no Host field");
		return 0;
	}
	if (!h->has_host) {
		h->has_host = true;
		h->host = s->host_value;
		h->port = s->host_port;
		return 0;
	}
	if (!host_is(&h->host, &s->host_value) ||
	    port_or(h->port, usual) != port_or(s->host_port, usual))
		return bad(h, STATUS_BAD, "a Host field that differs from the target");
	return 0;
}

static int settle_body(struct http_head *h)
{
	if (h->is_chunked && (h->has_length || h->minor == 0))
		return bad(h, STATUS_BAD, "a body whose length is told in two ways");
	if (h->form == HTTP_AUTHORITY && (h->is_chunked || h->length > 0))
		return bad(h, STATUS_BAD, "a CONNECT with a body");
	return 0;
}

static int parse_whole(const char *p, struct http_head *h)
{
	struct http_text rest = { p, h->bytes };
	struct seen s = { 0 };
	int r;

	r = parse_request_line(&rest, h);
	if (r < 0)
		return r;
	r = parse_fields(rest, h, &s);
	if (r < 0)
		return r;
	r = settle_host(h, &s);
	if (r < 0)
		return r;
	return settle_body(h);
}

enum http_head_result http_head_parse(const char *p, size_t n, struct http_head *head)
{
	struct http_text all = { p, n };
	const char *why = NULL;
	int r = http_scan(&all, HTTP_HEAD_MAX, &head->scanned, &why);

	if (r == 0)
		return HTTP_HEAD_MORE;
	if (r < 0) {
		(void)bad(head, r == -E2BIG ? STATUS_TOO_LARGE : STATUS_BAD, why);
		return HTTP_HEAD_BAD;
	}
	head->bytes = (size_t)r;
	return parse_whole(p, head) < 0 ? HTTP_HEAD_BAD : HTTP_HEAD_WHOLE;
}
