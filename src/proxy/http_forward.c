/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a request's head anew, as it goes on to the server. */
#include "proxy/http_forward.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "proxy/secret.h"

static void add(struct buf *out, const struct http_text *t)
{
	buf_add(out, t->p, t->n);
}

static void add_target(const struct http_head *h, struct secret_site *site, struct buf *out)
{
	const struct http_text *t = h->form == HTTP_ASTERISK ? &h->target : &h->path;
	const char *mark = t->n > 0 ? memchr(t->p, '?', t->n) : NULL;
	size_t n = mark != NULL ? (size_t)(mark - t->p) + 1 : t->n;
	struct http_text path = { t->p, n };
	struct http_text query = { t->p + n, t->n - n };

	add(out, &path);
	if (site == NULL) {
		add(out, &query);
		return;
	}
	secrets_notice(site, &path);
	secrets_fill_query(site, &query, out);
}

static void add_host(const struct http_head *h, struct buf *out)
{
	char text[HOST_TEXT_MAX];
	bool is_bare_v6 = h->host.is_address && h->host.addr.family == 6 && h->port == 0;

	if (!h->has_host)
		return;
	host_print(&h->host, h->port, text);
	buf_printf(out, is_bare_v6 ? "Host: [%s]\r\n" : "Host: %s\r\n", text);
}

/* Whether a field is for the proxy alone, or is written anew. */
static bool is_left_out(const struct http_field *f, const struct http_head *h)
{
	static const char *const names[] = { "host",
					     "connection",
					     "keep-alive",
					     "te",
					     "proxy-connection",
					     "proxy-authorization",
					     "proxy-authenticate",
					     "http2-settings" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (http_is(&f->name, names[i]))
			return true;
	return http_is(&f->name, "upgrade") && h->upgrade != HTTP_UPGRADE_WEBSOCKET;
}

static bool is_length(const struct http_field *f)
{
	return http_is(&f->name, "content-length") || http_is(&f->name, "transfer-encoding");
}

static void add_fields(const struct http_head *h, struct secret_site *site, bool is_new_length,
		       struct buf *out)
{
	struct http_text rest = h->fields;
	struct http_text line;
	struct http_field f;

	while (http_line_next(&rest, &line)) {
		if (http_field_parse(&line, &f) < 0 || is_left_out(&f, h) ||
		    (is_new_length && is_length(&f)))
			continue;
		add(out, &f.name);
		buf_str(out, ": ");
		if (site != NULL)
			secrets_fill_header(site, &f, out);
		else
			add(out, &f.value);
		buf_str(out, "\r\n");
	}
}

int http_forward_build(const struct http_head *h, struct secret_site *site, int64_t length,
		       struct buf *out)
{
	add(out, &h->method);
	buf_str(out, " ");
	add_target(h, site, out);
	buf_printf(out, " HTTP/1.%u\r\n", h->minor);
	add_host(h, out);
	add_fields(h, site, length >= 0, out);
	if (length >= 0)
		buf_printf(out, "Content-Length: %" PRId64 "\r\n", length);
	if (h->upgrade == HTTP_UPGRADE_WEBSOCKET)
		buf_str(out, "Connection: Upgrade\r\n");
	else if (h->wants_close)
		buf_str(out, "Connection: close\r\n");
	buf_str(out, "\r\n");
	return out->err;
}
