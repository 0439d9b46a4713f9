/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the head of an HTTP/1 request so strictly that no other reader can read it otherwise. */
#ifndef PROXY_HTTP_HEAD_H
#define PROXY_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host.h"
#include "proxy/http_field.h"

#define HTTP_HEAD_MAX 32768 /* bytes of a head, the empty line included */
#define HTTP_FIELDS_MAX 128
#define HTTP_METHOD_MAX 32

enum http_head_result { HTTP_HEAD_MORE, HTTP_HEAD_WHOLE, HTTP_HEAD_BAD, HTTP_HEAD_END };

enum http_form {
	HTTP_ORIGIN,	/* /path */
	HTTP_ABSOLUTE,	/* http://host/path, as proxies are asked */
	HTTP_AUTHORITY, /* host:port, of CONNECT */
	HTTP_ASTERISK	/* *, of OPTIONS */
};

/* HTTP_UPGRADE_OTHER is to be dropped on the way, as a proxy may: nothing is read beyond it. */
enum http_upgrade { HTTP_UPGRADE_NONE, HTTP_UPGRADE_WEBSOCKET, HTTP_UPGRADE_OTHER };

/*
 * struct http_head - zero it before the first look at a request.
 * @scanned:  bytes that were looked at already; kept between looks
 * @bytes:    of the whole head; the body begins there
 * @path:     of HTTP_ORIGIN and HTTP_ABSOLUTE: path and query, as they were sent
 * @fields:   the lines of the fields, for http_line_next
 * @host:     whom it is for: of the target where that names one, else of the Host field, with
 *            which a target must agree; valid when @has_host, which only HTTP/1.0 may lack
 * @port:     0 when none was given
 * @length:   of the body, when @has_length
 * @has_override: a field asks the server to take another method or path than these
 * @status:   what to answer a bad head with, and @why it is bad (constant text)
 */
struct http_head {
	size_t scanned, bytes;
	struct http_text method, target, path, fields;
	enum http_form form;
	uint8_t minor; /* HTTP/1.0 or HTTP/1.1 */
	bool has_host;
	struct host host;
	uint16_t port;
	bool has_length;
	uint64_t length;
	bool is_chunked;
	bool wants_close;
	enum http_upgrade upgrade;
	bool has_override;
	uint16_t status;
	const char *why;
};

/*
 * http_head_parse - look at the bytes of a request so far.
 * @p, @n: all bytes from its start; the slices in @head point into them
 *
 * Refused is what readers differ about: bare CR or LF, control bytes, folded lines, space before a
 * colon, Content-Length that is doubled or beside Transfer-Encoding, other codings than chunked,
 * several Host fields or one that differs from the target, user names in a target, empty lines
 * before a request, Connection fields that name what is more than a matter of the connection.
 *
 * Source: RFC 9112 sections 2 to 6 and 11.2, RFC 9110 section 7.
 */
enum http_head_result http_head_parse(const char *p, size_t n, struct http_head *head);

#endif
