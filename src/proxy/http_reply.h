/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the head of an HTTP/1 reply, as strictly as that of a request. */
#ifndef PROXY_HTTP_REPLY_H
#define PROXY_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/http_body.h"
#include "proxy/http_head.h"

/*
 * struct http_reply - zero it before the first look at a reply.
 * @scanned: bytes that were looked at; kept between looks
 * @bytes:   of the whole head; the body begins there
 * @body:    how the body ends, with @length where that is told
 * @why:     what is wrong with a bad head (constant text)
 */
struct http_reply {
	size_t scanned, bytes;
	uint8_t minor;
	uint16_t status; /* 100 to 599 */
	struct http_text fields;
	bool has_length, is_chunked, wants_close;
	enum http_body_kind body;
	uint64_t length;
	const char *why;
};

/*
 * http_reply_parse - look at the bytes of a reply so far.
 * @p, @n:    all bytes from its start; the slices in @reply point into them
 * @is_head:  the request's method was HEAD, so no body follows whatever the fields say
 *
 * Refused are lengths that are told twice, and what http_head_parse refuses in lines. A status
 * of 1xx is an interim one: another head follows, but for 101, behind which it is no more HTTP.
 * Source: RFC 9112 sections 4 and 6.3.
 */
enum http_head_result http_reply_parse(const char *p, size_t n, bool is_head,
				       struct http_reply *reply);

#endif
