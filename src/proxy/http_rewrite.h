/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the head of a request anew, as an origin server is asked. */
#ifndef PROXY_HTTP_REWRITE_H
#define PROXY_HTTP_REWRITE_H

#include <stdbool.h>

#include "base/buf.h"
#include "proxy/http_head.h"

/*
 * http_rewrite - append the head: origin form, and without what concerns a proxy alone.
 * @head:      of HTTP_ORIGIN, HTTP_ABSOLUTE or HTTP_ASTERISK
 * @is_single: no other request may follow on the connection, and the server is told so
 *
 * An upgrade to something but WebSocket is left out. Failures stick in @b.
 * Source: RFC 9112 section 3.2, RFC 9110 section 7.6.1.
 */
void http_rewrite(const struct http_head *head, bool is_single, struct buf *b);

#endif
