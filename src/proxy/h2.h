/* SPDX-License-Identifier: Apache-2.0 */
/* Stands between client and server of an opened stream that speaks HTTP/2; bytes in, bytes out. */
#ifndef PROXY_H2_H
#define PROXY_H2_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "proxy/h2_frame.h"
#include "proxy/hpack.h"
#include "proxy/http_judge.h"

#define H2_DENIED_MAX 64 /* streams that were denied last, whose client may still send */
#define H2_HELD_MAX 8

enum h2_phase {
	H2_PREFACE_DUE, /* the client says first that it speaks HTTP/2 */
	H2_OPEN,
	H2_ENDED /* @why says what was wrong; send what is in @to_client, then close both */
};

/* A denied request that is answered when its body has ended; @stream is 0 for none. */
struct h2_held {
	uint32_t stream;
	struct http_judged judged;
};

/*
 * struct h2 - one connection; large, so on the heap. Made by h2_init.
 * @judged:   of the last request that was denied; @denials counts them
 * @stray:    number of a secret whose placeholder went where it may not; -1 for none
 * @filled:   placeholders that became their secrets
 * @to_server, @to_client: what is to be sent; the caller takes it out and empties them
 * The rest is its own.
 */
struct h2 {
	const struct http_way *way;
	enum h2_phase phase;
	const char *why;
	struct http_judged judged;
	uint64_t denials;
	int64_t stray;
	size_t filled;
	struct buf to_server, to_client;
	struct hpack hpack;
	struct buf block;      /* of the client's fields, while CONTINUATION is due */
	uint32_t block_stream; /* 0 while none is */
	uint8_t block_flags;
	uint32_t last_stream, last_sent; /* highest that the client began, that the server knows */
	bool has_greeted;      /* the server sent its settings, before which nothing may come */
	uint32_t reply_stream; /* whose fields the server has not ended; 0 for none */
	struct buf later;      /* for the client, until both are so */
	uint32_t denied[H2_DENIED_MAX]; /* a ring */
	struct h2_held held[H2_HELD_MAX];
	uint32_t window;  /* that the client gives each new stream */
	uint32_t reserve; /* of its window for all, held back from the server */
};

/* h2_init - @way is borrowed until h2_done. */
void h2_init(struct h2 *h, const struct http_way *way);
void h2_done(struct h2 *h);

/* Whether HTTP/2 may be offered: not where bodies are judged or filled in. */
bool h2_may_offer(const struct config *config, const struct host *host, uint16_t port);

/*
 * h2_client - take what the client sent; h2_server - what the server sent; h2_server_end - that it
 * sends no more.
 * @p, @n: the bytes that were not taken yet; of a frame all are needed
 *
 * Requests are judged and written anew; those that are denied never reach the server. Of the
 * server's frames only what changes the rules of the connection is looked at.
 * Returns how many bytes were taken; 0 when more are needed; negative errno when memory is spent.
 */
int h2_client(struct h2 *h, const char *p, size_t n, uint64_t now_ms);
int h2_server(struct h2 *h, const char *p, size_t n);
void h2_server_end(struct h2 *h);

#endif
