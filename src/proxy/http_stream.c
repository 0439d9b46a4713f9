/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts what an HTTP/1 client sends into heads and bodies, so that no request goes by unread. */
#include "proxy/http_stream.h"

#include <stdbool.h>

#define CHUNK_DIGITS_MAX 8
#define LINE_END 2 /* CR LF */

static enum http_step bad(struct http_stream *s, const char *why)
{
	s->why = why;
	return HTTP_STEP_BAD;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum http_step read_head(struct http_stream *s, const char *p, size_t n,
				struct http_head *head)
{
	*head = (struct http_head){ .scanned = s->scanned };
	switch (http_head_parse(p, n, head)) {
	case HTTP_HEAD_MORE:
		s->scanned = head->scanned;
		if (n >= HTTP_HEAD_MAX)
			return bad(s, "the head of the request does not end");
		return HTTP_STEP_MORE;
	case HTTP_HEAD_WHOLE:
		s->scanned = 0;
		return HTTP_STEP_HEAD;
	case HTTP_HEAD_BAD:
	case HTTP_HEAD_END:
		break;
	}
	return bad(s, head->why);
}

/* Whether CR LF stands at @at; @ret_bad when something else does. */
static bool is_line_end(const char *p, size_t n, size_t at, bool *ret_bad)
{
	*ret_bad = (n > at && p[at] != '\r') || (n > at + 1 && p[at + 1] != '\n');
	return !*ret_bad && n >= at + LINE_END;
}

static enum http_step read_chunk(struct http_stream *s, const char *p, size_t n)
{
	uint64_t size = 0;
	size_t i = 0;
	bool is_bad;

	for (; i < n && digit_of(p[i]) >= 0; i++) {
		if (i == CHUNK_DIGITS_MAX)
			return bad(s, "a chunk is too large");
		size = size << 4 | (uint64_t)digit_of(p[i]);
	}
	if (i == n)
		return HTTP_STEP_MORE;
	if (i == 0)
		return bad(s, "the size of a chunk is no number");
	if (!is_line_end(p, n, i, &is_bad))
		return is_bad ? bad(s, "something stands behind the size of a chunk")
			      : HTTP_STEP_MORE;
	s->pass = i + LINE_END + size;
	s->place = size > 0 ? HTTP_AT_CHUNK_END : HTTP_AT_LAST_CHUNK;
	return HTTP_STEP_PASS;
}

static enum http_step read_line_end(struct http_stream *s, const char *p, size_t n)
{
	bool is_bad;

	if (!is_line_end(p, n, 0, &is_bad)) {
		if (!is_bad)
			return HTTP_STEP_MORE;
		return bad(s, s->place == HTTP_AT_LAST_CHUNK
				      ? "fields behind a body are not passed on"
				      : "a chunk is longer than its size");
	}
	s->pass = LINE_END;
	s->place = s->place == HTTP_AT_LAST_CHUNK ? HTTP_AT_HEAD : HTTP_AT_CHUNK;
	return HTTP_STEP_PASS;
}

enum http_step http_stream_next(struct http_stream *s, const char *p, size_t n,
				struct http_head *head)
{
	if (s->why != NULL)
		return HTTP_STEP_BAD;
	if (s->pass > 0)
		return HTTP_STEP_PASS;
	switch (s->place) {
	case HTTP_AT_HEAD:
		return n == 0 ? HTTP_STEP_MORE : read_head(s, p, n, head);
	case HTTP_AT_CHUNK:
		return read_chunk(s, p, n);
	case HTTP_AT_CHUNK_END:
	case HTTP_AT_LAST_CHUNK:
		break;
	}
	return read_line_end(s, p, n);
}

void http_stream_begin(struct http_stream *s, const struct http_head *head, size_t bytes)
{
	s->scanned = 0;
	s->place = head->is_chunked ? HTTP_AT_CHUNK : HTTP_AT_HEAD;
	s->pass = bytes;
	if (!head->is_chunked && head->has_length &&
	    __builtin_add_overflow(s->pass, head->length, &s->pass))
		bad(s, "the body is too long");
}
