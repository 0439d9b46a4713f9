/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a request's head anew, as it goes on to the server. */
#ifndef PROXY_HTTP_FORWARD_H
#define PROXY_HTTP_FORWARD_H

#include <stdint.h>

#include "proxy/http_head.h"

struct buf;
struct secret_site;

/*
 * http_forward_build - append the head that the server gets.
 * @h:      as http_head_parse left it; not of CONNECT
 * @site:   whom it goes to, with the secrets that may be filled in; NULL for none
 * @length: of the body, where it was written anew and is sent in one piece; -1 leaves it as it was
 * @out:    has the error of memory and size
 *
 * The target becomes a path, the Host field what was checked, and first. What is between client and
 * proxy alone is left out: Proxy-… fields, Connection, Keep-Alive, TE, and an upgrade to anything
 * but websocket. All other fields stay as they are and in their order.
 *
 * Returns 0, -E2BIG or -ENOMEM. Source: RFC 9110 section 7.6.
 */
int http_forward_build(const struct http_head *h, struct secret_site *site, int64_t length,
		       struct buf *out);

#endif
