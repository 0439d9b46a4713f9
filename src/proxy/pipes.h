/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes that bytes pass through between sockets, lent while something is in them. */
#ifndef PROXY_PIPES_H
#define PROXY_PIPES_H

#include <stddef.h>

#include "proxy/loop.h"

#define PIPES_KEPT 16

struct pipe {
	struct pipe *next;
	int read_end;
	int write_end;
};

/* Whoever waits for a pipe; the task is run when one is given back. */
struct pipe_wait {
	struct pipe_wait *next, *prev; /* NULL while it does not wait */
	struct task *task;
};

/*
 * struct pipes - zero it and set @max.
 * @max: most pipes at once
 */
struct pipes {
	size_t max;
	size_t n;
	size_t n_free;
	struct pipe *free;
	struct pipe_wait waiting; /* a ring */
};

/* pipes_init - one pipe is made at once, so that something can always move. 0 or negative errno. */
int pipes_init(struct pipes *p, size_t max);

/* pipes_lend - an empty pipe; NULL when there is none, and @w waits for one then. */
struct pipe *pipes_lend(struct pipes *p, struct pipe_wait *w);

/*
 * pipes_return - give a pipe back; one that still holds bytes is closed.
 * @loop: where whoever waits is woken
 */
void pipes_return(struct pipes *p, struct loop *loop, struct pipe *pipe, bool is_empty);

/* pipes_forget - wait no longer. */
void pipes_forget(struct pipe_wait *w);

void pipes_done(struct pipes *p);

#endif
