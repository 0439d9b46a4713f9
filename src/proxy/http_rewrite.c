/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the head of a request anew, as an origin server is asked. */
#include "proxy/http_rewrite.h"

#include <stddef.h>

static bool is_dropped(const struct http_text *name)
{
	static const char *const names[] = { "connection",	 "keep-alive",
					     "proxy-connection", "proxy-authorization",
					     "upgrade",		 "http2-settings" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (http_is(name, names[i]))
			return true;
	return false;
}

static void add_text(struct buf *b, const struct http_text *t)
{
	buf_add(b, t->p, t->n);
}

static void add_first_line(const struct http_head *head, struct buf *b)
{
	const struct http_text *target = head->form == HTTP_ABSOLUTE ? &head->path : &head->target;

	add_text(b, &head->method);
	buf_str(b, " ");
	/* A URL without a path asks for the root. */
	if (target->n == 0 || target->p[0] == '?')
		buf_str(b, "/");
	add_text(b, target);
	buf_printf(b, " HTTP/1.%u\r\n", head->minor);
}

void http_rewrite(const struct http_head *head, bool is_single, struct buf *b)
{
	struct http_text rest = head->fields;
	struct http_text line;
	struct http_field field;
	char host[HOST_TEXT_MAX];
	bool has_host = false;

	add_first_line(head, b);
	while (http_line_next(&rest, &line)) {
		if (http_field_parse(&line, &field) < 0 || is_dropped(&field.name))
			continue;
		has_host = has_host || http_is(&field.name, "host");
		add_text(b, &line);
		buf_str(b, "\r\n");
	}
	if (!has_host && head->has_host) {
		host_print(&head->host, head->port, host);
		buf_printf(b, "Host: %s\r\n", host);
	}
	if (head->upgrade == HTTP_UPGRADE_WEBSOCKET)
		buf_str(b, "Connection: Upgrade\r\nUpgrade: websocket\r\n");
	else if (is_single || head->wants_close)
		buf_str(b, "Connection: close\r\n");
	buf_str(b, "\r\n");
}
