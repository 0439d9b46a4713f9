/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of an HTTP/2 request: checked as strictly as a head of HTTP/1, and written anew. */
#ifndef PROXY_H2_REQUEST_H
#define PROXY_H2_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/host.h"
#include "proxy/http_field.h"
#include "proxy/http_judge.h"

struct buf;
struct secret_site;

/*
 * struct h2_request - what the fields say; @asked.host points at @host.
 * @length: of the body, when it is told; else -1
 * @why:    what is wrong (constant text); NULL when nothing is
 */
struct h2_request {
	struct http_asked asked;
	struct host host;
	int64_t length;
	const char *why;
};

/*
 * h2_request_parse - read the fields that hpack_read gave.
 * @is_tls: the scheme has to be https then, else http
 * @ret:    points into @fields
 *
 * Refused are missing, doubled or late pseudo-fields, CONNECT, names in upper case, fields that
 * belong to a connection, control bytes and white space around values, a host or length that is
 * said twice in different ways. Returns 0 or -EBADMSG. Source: RFC 9113 section 8.
 */
int h2_request_parse(const struct buf *fields, bool is_tls, struct h2_request *ret);

/* h2_trailers_are_fields - whether the fields may stand behind a body: no pseudo-fields among them.
 */
bool h2_trailers_are_fields(const struct buf *fields);

/* h2_request_write - append the fields, with secrets filled in; @site may be NULL. */
void h2_request_write(const struct buf *fields, struct secret_site *site, struct buf *out);

#endif
