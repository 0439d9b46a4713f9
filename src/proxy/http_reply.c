/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the head of an HTTP/1 reply, as strictly as that of a request. */
#include "proxy/http_reply.h"

#include <errno.h>
#include <string.h>

#define LINE_MIN 12 /* HTTP/1.1 200 */

static int bad(struct http_reply *r, const char *why)
{
	r->why = why;
	return -EBADMSG;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int parse_status(const struct http_text *line, struct http_reply *r)
{
	const char *p = line->p;

	if (line->n < LINE_MIN || memcmp(p, "HTTP/1.", 7) != 0 || (p[7] != '0' && p[7] != '1') ||
	    p[8] != ' ')
		return bad(r, "a reply that is no HTTP/1");
	if (p[9] < '1' || p[9] > '5' || !is_digit(p[10]) || !is_digit(p[11]) ||
	    (line->n > LINE_MIN && p[LINE_MIN] != ' '))
		return bad(r, "a status that is none");
	r->minor = p[7] == '1';
	r->status = (uint16_t)((p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0'));
	return 0;
}

static int on_coding(const struct http_text *value, struct http_reply *r)
{
	if (r->is_chunked || !http_is(value, "chunked"))
		return bad(r, "a transfer coding other than chunked");
	r->is_chunked = true;
	return 0;
}

static int on_length(const struct http_text *value, struct http_reply *r)
{
	if (r->has_length || http_length_parse(value, &r->length) < 0)
		return bad(r, "a Content-Length that is no one number");
	r->has_length = true;
	return 0;
}

static int on_field(const struct http_field *f, struct http_reply *r)
{
	struct http_text rest = f->value;
	struct http_text item;

	if (http_is(&f->name, "transfer-encoding"))
		return on_coding(&f->value, r);
	if (http_is(&f->name, "content-length"))
		return on_length(&f->value, r);
	if (http_is(&f->name, "connection"))
		while (http_item_next(&rest, &item))
			r->wants_close = r->wants_close || http_is(&item, "close");
	return 0;
}

/* How the body ends, in the order that the standard has. */
static void settle_body(bool is_head, struct http_reply *r)
{
	if (is_head || r->status < 200 || r->status == 204 || r->status == 304)
		r->body = HTTP_BODY_NONE;
	else if (r->is_chunked)
		r->body = HTTP_BODY_CHUNKED;
	else if (r->has_length)
		r->body = HTTP_BODY_LENGTH;
	else
		r->body = HTTP_BODY_UNTIL_CLOSE;
}

static int parse_whole(const char *p, bool is_head, struct http_reply *r)
{
	struct http_text rest = { p, r->bytes };
	struct http_text line = { p, 0 };
	struct http_field f;
	size_t count = 0;

	(void)http_line_next(&rest, &line);
	if (parse_status(&line, r) < 0)
		return -EBADMSG;
	r->fields = rest;
	while (http_line_next(&rest, &line)) {
		if (++count > HTTP_FIELDS_MAX)
			return bad(r, "too many fields");
		if (http_field_parse(&line, &f) < 0)
			return bad(r, "a line that is no field");
		if (on_field(&f, r) < 0)
			return -EBADMSG;
	}
	if (r->is_chunked && (r->has_length || r->minor == 0))
		return bad(r, "a body whose length is told in two ways");
	settle_body(is_head, r);
	return 0;
}

enum http_head_result http_reply_parse(const char *p, size_t n, bool is_head,
				       struct http_reply *reply)
{
	struct http_text all = { p, n };
	int r = http_scan(&all, HTTP_HEAD_MAX, &reply->scanned, &reply->why);

	if (r == 0)
		return HTTP_HEAD_MORE;
	if (r < 0)
		return HTTP_HEAD_BAD;
	reply->why = NULL;
	reply->bytes = (size_t)r;
	return parse_whole(p, is_head, reply) < 0 ? HTTP_HEAD_BAD : HTTP_HEAD_WHOLE;
}
