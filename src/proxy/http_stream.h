/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts what an HTTP/1 client sends into heads and bodies, so that no request goes by unread. */
#ifndef PROXY_HTTP_STREAM_H
#define PROXY_HTTP_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "proxy/http_head.h"

enum http_step {
	HTTP_STEP_MORE, /* too little to tell */
	HTTP_STEP_HEAD, /* a head is whole; when it may pass, http_stream_begin */
	HTTP_STEP_PASS, /* the next @pass bytes belong to a body, here already or not */
	HTTP_STEP_BAD	/* @why says why */
};

enum http_place { HTTP_AT_HEAD, HTTP_AT_CHUNK, HTTP_AT_CHUNK_END, HTTP_AT_LAST_CHUNK };

/*
 * struct http_stream - zero it.
 * @pass: bytes that may go by unread; the caller takes off what went
 * @why:  of HTTP_STEP_BAD: constant text
 */
struct http_stream {
	enum http_place place;
	size_t scanned;
	uint64_t pass;
	const char *why;
};

/*
 * http_stream_next - what comes next.
 * @p, @n: bytes that were not passed yet; HTTP_HEAD_MAX of them are enough
 * @head:  written with HTTP_STEP_HEAD; points into @p
 *
 * Chunks are read as strictly as heads: their size in hexadecimal digits, CR LF, and nothing else;
 * extensions and trailers are refused. Source: RFC 9112 sections 6 and 7.
 */
enum http_step http_stream_next(struct http_stream *s, const char *p, size_t n,
				struct http_head *head);

/*
 * http_stream_begin - a head goes by, and its body after it.
 * @bytes: how many bytes of the head are to be passed: all, or none when it is sent otherwise
 */
void http_stream_begin(struct http_stream *s, const struct http_head *head, size_t bytes);

#endif
