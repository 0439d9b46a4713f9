/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an HTTP/1 head: fields one by one, and values that lists are made of. */
#ifndef PROXY_HTTP_FIELD_H
#define PROXY_HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes, not terminated. */
struct http_text {
	const char *p;
	size_t n;
};

/* One field; the value has no white space around it. */
struct http_field {
	struct http_text name;
	struct http_text value;
};

/*
 * http_line_next - the next line of a head that ends in CR LF.
 * @rest: what is left; moved behind the line
 *
 * Returns false at the empty line that ends the head, and at the end of the bytes.
 */
bool http_line_next(struct http_text *rest, struct http_text *ret);

/*
 * http_field_parse - read one line as NAME: VALUE.
 *
 * The name is a token that the colon follows at once; a line that begins with white space is the
 * obsolete folding, and refused. The value holds no control bytes but tabs.
 * Returns 0 or -EBADMSG. Source: RFC 9112 section 5.
 */
int http_field_parse(const struct http_text *line, struct http_field *ret);

/*
 * http_scan - look for the empty line that ends a head, at each byte once.
 * @all:     all bytes from its start
 * @scanned: bytes that were looked at; 0 at first, kept between looks
 * @ret_why: what is wrong, in a few words (constant text), on failure
 *
 * Returns the length of the head; 0 when it is not whole; -EBADMSG for bare CR or LF, any other
 * control byte but tabs, an empty line at the start; -E2BIG for a head above @max bytes.
 */
int http_scan(const struct http_text *all, size_t max, size_t *scanned, const char **ret_why);

/* http_length_parse - read a Content-Length: digits alone. Returns 0 or -EBADMSG. */
int http_length_parse(const struct http_text *value, uint64_t *ret);

/* Whether text is a token (RFC 9110 section 5.6.2), so never empty. */
bool http_is_token(const struct http_text *t);

/* Whether text is this word; letters of either case are the same. */
bool http_is(const struct http_text *t, const char *word);

/*
 * http_item_next - the next item of a comma-separated list, trimmed; empty items are skipped.
 * @rest: what is left; moved behind the item
 */
bool http_item_next(struct http_text *rest, struct http_text *ret);

#endif
