/* SPDX-License-Identifier: Apache-2.0 */
/* What stands within an opened stream: HTTP/1, or HTTP/2 where both sides agreed on that. */
#ifndef PROXY_ENGINE_H
#define PROXY_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/h2.h"
#include "proxy/http1.h"

enum engine_side { ENGINE_CLIENT, ENGINE_SERVER };

enum engine_state {
	ENGINE_IDLE, /* between requests, or where they do not wait for each other: either may go */
	ENGINE_BUSY, /* within a request */
	ENGINE_LAST  /* send what is for the client, then close */
};

/* struct engine - made by engine_init. @two: NULL for HTTP/1 */
struct engine {
	struct http1 one;
	struct h2 *two;
	uint64_t told; /* denials of HTTP/2 that engine_denial gave */
	bool is_told;
};

/* engine_init - for HTTP/1 at first; @way is borrowed. engine_done gives all back. */
void engine_init(struct engine *e, const struct http_way *way);
void engine_done(struct engine *e);

/* engine_speak_h2 - before the first byte: it is HTTP/2. Returns 0 or -ENOMEM. */
int engine_speak_h2(struct engine *e);

/* engine_take - take what one side sent, as http1_client and h2_client do. */
int engine_take(struct engine *e, enum engine_side from, const struct http_text *t,
		uint64_t now_ms);

/* engine_server_end - the server sends no more. */
void engine_server_end(struct engine *e);

/* engine_out - what is to be sent to a side; the caller takes it out. */
struct buf *engine_out(struct engine *e, enum engine_side to);

/* engine_state - what the stream is at. */
enum engine_state engine_state(const struct engine *e);

/* engine_denial - what was denied and not given by this before; NULL for nothing. */
const struct http_judged *engine_denial(struct engine *e);

#endif
