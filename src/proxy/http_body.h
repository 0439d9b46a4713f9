/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the end of an HTTP/1 message's body, so that the next message begins where it does. */
#ifndef PROXY_HTTP_BODY_H
#define PROXY_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/http_field.h"

enum http_body_kind {
	HTTP_BODY_NONE,
	HTTP_BODY_LENGTH,
	HTTP_BODY_CHUNKED,
	HTTP_BODY_UNTIL_CLOSE, /* of a reply: it ends with the connection */
	HTTP_BODY_END
};

/*
 * struct http_body - made by http_body_init.
 * @is_done: the body has ended; what follows is another message
 */
struct http_body {
	enum http_body_kind kind;
	bool is_done;
	uint8_t state;
	uint8_t digits;
	uint16_t trailer;
	uint64_t left;
};

/* http_body_init - begin a body. @length: of HTTP_BODY_LENGTH */
void http_body_init(struct http_body *b, enum http_body_kind kind, uint64_t length);

/*
 * http_body_next - take bytes of a body.
 * @p, @n:   what came behind the head or the bytes taken before
 * @ret_data: the content among them, without what frames it; may be empty
 *
 * Chunks are read strictly: a length of at most 15 hexadecimal digits, no extensions, CR LF where
 * it belongs; trailers are fields, at most 8 KiB of them.
 *
 * Returns how many bytes were taken, all of which may be passed on as they are: call again with the
 * rest until it is 0 or @is_done. -EBADMSG. Source: RFC 9112 section 7.1.
 */
int http_body_next(struct http_body *b, const char *p, size_t n, struct http_text *ret_data);

#endif
