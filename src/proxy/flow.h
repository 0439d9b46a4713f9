/* SPDX-License-Identifier: Apache-2.0 */
/* One direction of a connection: bytes go from socket to socket, never copied. */
#ifndef PROXY_FLOW_H
#define PROXY_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "proxy/loop.h"
#include "proxy/pipes.h"

/* A socket and what is known of it; its edges set both flags, and EAGAIN clears them. */
struct side {
	struct watch watch;
	bool can_read;
	bool can_write;
};

/*
 * struct flow - zero it.
 * @pipe:    where bytes are on their way; NULL while none are
 * @held:    how many
 * @bytes:   what was delivered so far
 * @is_eof:  no more will come
 * @is_shut: the other side was told so
 */
struct flow {
	struct pipe *pipe;
	uint32_t held;
	uint64_t bytes;
	bool is_eof;
	bool is_shut;
};

/* What moves bytes; @wait is woken when a pipe is to be had again. */
struct flow_means {
	struct pipes *pipes;
	struct loop *loop;
	struct pipe_wait *wait;
};

enum flow_result {
	FLOW_WAIT,  /* for one of the sides, or a pipe */
	FLOW_LIMIT, /* all that was to be moved was */
	FLOW_AGAIN, /* more could be moved at once: others first */
	FLOW_SHUT   /* the end was passed on */
};

struct flow_ends {
	struct side *from;
	struct side *to;
};

/*
 * flow_move - move what can be moved.
 * @left: most bytes to take from the source; less what was taken
 *
 * Returns an enum flow_result, or the errno of splice(2), negative: one of the sides is gone.
 */
int flow_move(struct flow *f, const struct flow_means *m, struct flow_ends ends, uint64_t *left);

/* flow_done - give back what it holds. */
void flow_done(struct flow *f, const struct flow_means *m);

#endif
