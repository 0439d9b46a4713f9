/* SPDX-License-Identifier: Apache-2.0 */
/* What stands within an opened stream: HTTP/1, or HTTP/2 where both sides agreed on that. */
#include "proxy/engine.h"

#include <errno.h>
#include <stdlib.h>

void engine_init(struct engine *e, const struct http_way *way)
{
	*e = (struct engine){ 0 };
	http1_init(&e->one, way);
}

void engine_done(struct engine *e)
{
	http1_done(&e->one);
	if (e->two != NULL)
		h2_done(e->two);
	free(e->two);
	e->two = NULL;
}

int engine_speak_h2(struct engine *e)
{
	e->two = malloc(sizeof(*e->two));
	if (e->two == NULL)
		return -ENOMEM;
	h2_init(e->two, e->one.way);
	return 0;
}

int engine_take(struct engine *e, enum engine_side from, const struct http_text *t, uint64_t now_ms)
{
	if (e->two != NULL)
		return from == ENGINE_CLIENT ? h2_client(e->two, t->p, t->n, now_ms)
					     : h2_server(e->two, t->p, t->n);
	return from == ENGINE_CLIENT ? http1_client(&e->one, t->p, t->n, now_ms)
				     : http1_server(&e->one, t->p, t->n);
}

void engine_server_end(struct engine *e)
{
	if (e->two != NULL)
		h2_server_end(e->two);
	else
		http1_server_end(&e->one);
}

struct buf *engine_out(struct engine *e, enum engine_side to)
{
	if (e->two != NULL)
		return to == ENGINE_CLIENT ? &e->two->to_client : &e->two->to_server;
	return to == ENGINE_CLIENT ? &e->one.to_client : &e->one.to_server;
}

enum engine_state engine_state(const struct engine *e)
{
	if (e->two != NULL)
		return e->two->phase == H2_ENDED ? ENGINE_LAST : ENGINE_IDLE;
	switch (e->one.phase) {
	case HTTP1_HEAD:
	case HTTP1_TUNNEL:
		return ENGINE_IDLE;
	case HTTP1_BODY:
	case HTTP1_PUSH:
	case HTTP1_FILL:
	case HTTP1_WAIT:
		return ENGINE_BUSY;
	case HTTP1_DENIED:
	case HTTP1_ENDED:
		break;
	}
	return ENGINE_LAST;
}

const struct http_judged *engine_denial(struct engine *e)
{
	if (e->two != NULL) {
		/* Several at once are told as one, by the last of them. */
		if (e->told == e->two->denials)
			return NULL;
		e->told = e->two->denials;
		return &e->two->judged;
	}
	if (e->one.phase != HTTP1_DENIED || e->is_told)
		return NULL;
	e->is_told = true;
	return &e->one.judged;
}
