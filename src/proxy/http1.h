/* SPDX-License-Identifier: Apache-2.0 */
/* Stands between client and server of an opened stream that speaks HTTP/1; bytes in, bytes out. */
#ifndef PROXY_HTTP1_H
#define PROXY_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "proxy/http_body.h"
#include "proxy/http_judge.h"
#include "proxy/http_reply.h"

#define HTTP1_HELD_MAX (1u << 20) /* bytes of a body that are held until it can be judged */

enum http1_phase {
	HTTP1_HEAD,   /* for the head of a request */
	HTTP1_BODY,   /* which passes */
	HTTP1_PUSH,   /* a body that is held until its commands are judged */
	HTTP1_FILL,   /* a body that is held until it is whole, to fill in secrets */
	HTTP1_WAIT,   /* for the reply; what the client sends meanwhile waits */
	HTTP1_TUNNEL, /* no more HTTP: a WebSocket */
	HTTP1_DENIED, /* @judged says why; send what is in @to_client, then close */
	HTTP1_ENDED   /* send what is in @to_client, then close */
};

/*
 * struct http1 - one connection; requests go one by one. Made by http1_init.
 * @judged:  of the last request
 * @stray:   number of a secret whose placeholder went where it may not; -1 for none
 * @filled:  placeholders that became their secrets
 * @to_server, @to_client: what is to be sent; the caller takes it out and empties them
 * The rest is its own.
 */
struct http1 {
	const struct http_way *way;
	enum http1_phase phase;
	struct http_judged judged;
	int64_t stray;
	size_t filled;
	struct buf to_server, to_client;
	size_t scanned;
	struct http_body body, reply_body;
	struct http_reply reply;
	struct buf held, content;
	bool is_asked;	   /* a request went out, its reply has not ended */
	bool has_answered; /* some of the reply went to the client */
	bool is_in_reply;  /* its head did */
	bool is_head, wants_upgrade, wants_close;
};

/* http1_init - @way is borrowed until http1_done. */
void http1_init(struct http1 *h, const struct http_way *way);
void http1_done(struct http1 *h);

/*
 * http1_client - take what the client sent; http1_server - what the server sent.
 * @p, @n: the bytes that were not taken yet; of a head all are needed, at most HTTP_HEAD_MAX
 *
 * Returns how many were taken; 0 when more are needed, or it is not their turn. Negative errno when
 * memory is spent; both connections are to be closed then.
 */
int http1_client(struct http1 *h, const char *p, size_t n, uint64_t now_ms);
int http1_server(struct http1 *h, const char *p, size_t n);

/* http1_server_end - the server sends no more. */
void http1_server_end(struct http1 *h);

#endif
