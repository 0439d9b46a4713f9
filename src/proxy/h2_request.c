/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of an HTTP/2 request: checked as strictly as a head of HTTP/1, and written anew. */
#include "proxy/h2_request.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "proxy/hpack.h"
#include "proxy/secret.h"

#define FIELDS_MAX 128
#define VALUE_MAX (1u << 20)

/* What was seen while fields are read. */
struct seen {
	struct http_text method, scheme, authority, path, host;
	bool has_length;
	bool is_behind; /* a field that is no pseudo-field came */
	size_t n;
};

static bool text_is(const struct http_text *t, const char *word)
{
	return t->n == strlen(word) && memcmp(t->p, word, t->n) == 0;
}

static int bad(struct h2_request *r, const char *why)
{
	r->why = why;
	return -EBADMSG;
}

static bool is_value(const struct http_text *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (((unsigned char)v->p[i] < 0x20 && v->p[i] != '\t') || v->p[i] == 0x7f)
			return false;
	return v->n == 0 || (v->p[0] != ' ' && v->p[0] != '\t' && v->p[v->n - 1] != ' ' &&
			     v->p[v->n - 1] != '\t');
}

static bool is_name(const struct http_text *name)
{
	for (size_t i = 0; i < name->n; i++)
		if (name->p[i] >= 'A' && name->p[i] <= 'Z')
			return false;
	return http_is_token(name);
}

static int on_pseudo(const struct http_field *f, struct h2_request *r, struct seen *s)
{
	const struct {
		const char *name;
		struct http_text *to;
	} rows[] = {
		{ ":method", &s->method },
		{ ":scheme", &s->scheme },
		{ ":authority", &s->authority },
		{ ":path", &s->path },
	};

	if (s->is_behind)
		return bad(r, "a pseudo-field behind other fields");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!text_is(&f->name, rows[i].name))
			continue;
		if (rows[i].to->p != NULL)
			return bad(r, "a pseudo-field that stands twice");
		*rows[i].to = f->value;
		return 0;
	}
	return bad(r, "a pseudo-field that requests do not have");
}

static int on_field(const struct http_field *f, struct h2_request *r, struct seen *s)
{
	static const char *const refused[] = { "connection",	    "proxy-connection",
					       "keep-alive",	    "transfer-encoding",
					       "upgrade",	    "content_length",
					       "transfer_encoding", "http2-settings" };
	static const char *const overrides[] = { "x-http-method", "x-http-method-override",
						 "x-method-override", "x-original-url",
						 "x-rewrite-url" };
	uint64_t length;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (text_is(&f->name, refused[i]))
			return bad(r, "a field that belongs to a connection");
	for (size_t i = 0; i < ARRAY_LEN(overrides); i++)
		r->asked.has_override = r->asked.has_override || text_is(&f->name, overrides[i]);
	if (text_is(&f->name, "te") && !text_is(&f->value, "trailers"))
		return bad(r, "a transfer coding");
	if (text_is(&f->name, "content-length")) {
		if (s->has_length || http_length_parse(&f->value, &length) < 0)
			return bad(r, "a Content-Length that is no one number");
		s->has_length = true;
		r->length = (int64_t)length;
	}
	if (text_is(&f->name, "host")) {
		if (s->host.p != NULL)
			return bad(r, "two Host fields");
		s->host = f->value;
	}
	return 0;
}

static int take_field(const struct http_field *f, struct h2_request *r, struct seen *s)
{
	if (++s->n > FIELDS_MAX)
		return bad(r, "too many fields");
	if (!is_value(&f->value))
		return bad(r, "a value with control bytes or white space around it");
	if (f->name.n > 0 && f->name.p[0] == ':')
		return on_pseudo(f, r, s);
	s->is_behind = true;
	if (!is_name(&f->name))
		return bad(r, "a name that is no token in lower case");
	return on_field(f, r, s);
}

/* Whom it is for, which is said once, or twice the same. */
static int settle_host(struct h2_request *r, const struct seen *s)
{
	const struct http_text *first = s->authority.p != NULL ? &s->authority : &s->host;
	struct host other;
	uint16_t port;

	if (first->p == NULL || host_port_parse(first->p, first->n, &r->host, &r->asked.port) < 0)
		return bad(r, "an authority that is no host");
	r->asked.host = &r->host;
	if (s->host.p == NULL)
		return 0;
	if (host_port_parse(s->host.p, s->host.n, &other, &port) < 0 ||
	    !host_is(&other, &r->host) || port != r->asked.port)
		return bad(r, "a Host field that differs from the authority");
	return 0;
}

static bool is_path(const struct http_text *path)
{
	for (size_t i = 0; i < path->n; i++) {
		unsigned char c = (unsigned char)path->p[i];

		if (c <= 0x20 || c >= 0x7f || c == '#')
			return false;
	}
	return path->n > 0 && path->p[0] == '/';
}

static int settle(struct h2_request *r, const struct seen *s, bool is_tls)
{
	bool is_asterisk = text_is(&s->path, "*") && text_is(&s->method, "OPTIONS");

	if (s->method.p == NULL || s->scheme.p == NULL || s->path.p == NULL)
		return bad(r, "a request without method, scheme or path");
	if (!http_is_token(&s->method) || text_is(&s->method, "CONNECT"))
		return bad(r, "a method that is none, or CONNECT");
	if (!text_is(&s->scheme, is_tls ? "https" : "http"))
		return bad(r, "a scheme that is not that of the connection");
	if (!is_asterisk && !is_path(&s->path))
		return bad(
			r,
			"a path that does not begin with a slash, or has bytes of no place in it");
	r->asked.method = s->method;
	r->asked.path = is_asterisk ? (struct http_text){ s->path.p, 0 } : s->path;
	return settle_host(r, s);
}

int h2_request_parse(const struct buf *fields, bool is_tls, struct h2_request *ret)
{
	struct seen s = { 0 };
	struct http_field f;
	size_t at = 0;

	*ret = (struct h2_request){ .length = -1 };
	while (hpack_next(fields, &at, &f) > 0)
		if (take_field(&f, ret, &s) < 0)
			return -EBADMSG;
	return settle(ret, &s, is_tls);
}

bool h2_trailers_are_fields(const struct buf *fields)
{
	struct h2_request r = { 0 };
	struct seen s = { .is_behind = true };
	struct http_field f;
	size_t at = 0;

	while (hpack_next(fields, &at, &f) > 0)
		if (take_field(&f, &r, &s) < 0)
			return false;
	return !s.has_length && s.host.p == NULL;
}

static void write_path(const struct http_field *f, struct secret_site *site, struct buf *out)
{
	const char *mark = f->value.n > 0 ? memchr(f->value.p, '?', f->value.n) : NULL;
	size_t n = mark != NULL ? (size_t)(mark - f->value.p) + 1 : f->value.n;
	struct http_text path = { f->value.p, n };
	struct http_text query = { f->value.p + n, f->value.n - n };

	buf_add(out, path.p, path.n);
	secrets_notice(site, &path);
	secrets_fill_query(site, &query, out);
}

void h2_request_write(const struct buf *fields, struct secret_site *site, struct buf *out)
{
	struct http_field f;
	size_t at = 0;

	while (hpack_next(fields, &at, &f) > 0) {
		AUTO_BUF struct buf value = BUF_INIT(VALUE_MAX);

		if (site == NULL)
			buf_add(&value, f.value.p, f.value.n);
		else if (text_is(&f.name, ":path"))
			write_path(&f, site, &value);
		else
			secrets_fill_header(site, &f, &value);
		if (value.err != 0)
			out->err = value.err;
		hpack_write(&f.name, &(struct http_text){ value.p, value.n }, out);
		if (value.n > 0)
			explicit_bzero(value.p, value.n);
	}
}
