/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the end of an HTTP/1 message's body, so that the next message begins where it does. */
#include "proxy/http_body.h"

#include <errno.h>
#include <limits.h>

#define DIGITS_MAX 15
#define TRAILER_MAX 8192

/* Where in a chunk the next byte is. */
enum state {
	IN_SIZE,
	BEFORE_SIZE_LF,
	IN_DATA,
	BEFORE_DATA_CR,
	BEFORE_DATA_LF,
	AT_TRAILER, /* begins a line: a field, or the empty one that ends all */
	IN_TRAILER,
	BEFORE_TRAILER_LF,
	BEFORE_LAST_LF
};

void http_body_init(struct http_body *b, enum http_body_kind kind, uint64_t length)
{
	*b = (struct http_body){ .kind = kind, .state = IN_SIZE };
	if (kind == HTTP_BODY_LENGTH)
		b->left = length;
	b->is_done = kind == HTTP_BODY_NONE || (kind == HTTP_BODY_LENGTH && length == 0);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int in_size(struct http_body *b, char c)
{
	int v = digit(c);

	if (c == '\r' && b->digits > 0) {
		b->state = BEFORE_SIZE_LF;
		return 0;
	}
	if (v < 0 || b->digits == DIGITS_MAX)
		return -EBADMSG;
	b->digits++;
	b->left = b->left << 4 | (uint64_t)v;
	return 0;
}

static int in_trailer(struct http_body *b, char c)
{
	bool is_first = b->state == AT_TRAILER;
	unsigned char u = (unsigned char)c;

	if (++b->trailer > TRAILER_MAX)
		return -EBADMSG;
	if (c == '\r') {
		b->state = is_first ? BEFORE_LAST_LF : BEFORE_TRAILER_LF;
		return 0;
	}
	/* A folded line, or one without a name, is no field. */
	if ((u < 0x20 && c != '\t') || u == 0x7f ||
	    (is_first && (c == ' ' || c == '\t' || c == ':')))
		return -EBADMSG;
	b->state = IN_TRAILER;
	return 0;
}

/* Goes on when the byte is the one that must stand here. */
static int expect(struct http_body *b, char c, char wanted, enum state next)
{
	b->state = (uint8_t)next;
	return c == wanted ? 0 : -EBADMSG;
}

/* Takes one byte of what frames the chunks. */
static int step(struct http_body *b, char c)
{
	switch ((enum state)b->state) {
	case IN_SIZE:
		return in_size(b, c);
	case BEFORE_SIZE_LF:
		b->digits = 0;
		return expect(b, c, '\n', b->left > 0 ? IN_DATA : AT_TRAILER);
	case IN_DATA:
		break;
	case BEFORE_DATA_CR:
		return expect(b, c, '\r', BEFORE_DATA_LF);
	case BEFORE_DATA_LF:
		return expect(b, c, '\n', IN_SIZE);
	case AT_TRAILER:
	case IN_TRAILER:
		return in_trailer(b, c);
	case BEFORE_TRAILER_LF:
		return expect(b, c, '\n', AT_TRAILER);
	case BEFORE_LAST_LF:
		b->is_done = true;
		return expect(b, c, '\n', IN_SIZE);
	}
	return -EBADMSG;
}

/* Takes content, as much as there is of what is left. */
static size_t take_data(struct http_body *b, const char *p, size_t n, struct http_text *ret)
{
	size_t part = b->kind == HTTP_BODY_UNTIL_CLOSE || n < b->left ? n : (size_t)b->left;

	*ret = (struct http_text){ p, part };
	if (b->kind != HTTP_BODY_UNTIL_CLOSE)
		b->left -= part;
	return part;
}

int http_body_next(struct http_body *b, const char *p, size_t n, struct http_text *ret_data)
{
	size_t at = 0;

	*ret_data = (struct http_text){ p, 0 };
	if (n > INT_MAX)
		n = INT_MAX;
	if (b->is_done)
		return 0;
	if (b->kind != HTTP_BODY_CHUNKED) {
		at = take_data(b, p, n, ret_data);
		b->is_done = b->kind == HTTP_BODY_LENGTH && b->left == 0;
		return (int)at;
	}
	while (at < n && b->state != IN_DATA && !b->is_done) {
		int r = step(b, p[at++]);

		if (r < 0)
			return r;
	}
	if (at < n && b->state == IN_DATA) {
		at += take_data(b, p + at, n - at, ret_data);
		if (b->left == 0)
			b->state = BEFORE_DATA_CR;
	}
	return (int)at;
}
