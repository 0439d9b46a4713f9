/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes that bytes pass through between sockets, lent while something is in them. */
#include "proxy/pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"

#define PIPE_BYTES (512 << 10)

static int make(struct pipes *p, struct pipe **ret)
{
	AUTO_FREE struct pipe *pipe = calloc(1, sizeof(*pipe));
	int ends[2];

	if (pipe == NULL)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	/* More at once is faster; what a user may have in pipes is limited, and then it stays
	 * small. */
	fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
	pipe->read_end = ends[0];
	pipe->write_end = ends[1];
	p->n++;
	*ret = ptr_take(&pipe);
	return 0;
}

static void put_free(struct pipes *p, struct pipe *pipe)
{
	pipe->next = p->free;
	p->free = pipe;
	p->n_free++;
}

static void destroy(struct pipes *p, struct pipe *pipe)
{
	fd_close(pipe->read_end);
	fd_close(pipe->write_end);
	free(pipe);
	p->n--;
}

int pipes_init(struct pipes *p, size_t max)
{
	struct pipe *first = NULL;
	int r;

	*p = (struct pipes){ .max = max };
	p->waiting.next = p->waiting.prev = &p->waiting;
	r = make(p, &first);
	if (first == NULL)
		return r;
	put_free(p, first);
	return 0;
}

struct pipe *pipes_lend(struct pipes *p, struct pipe_wait *w)
{
	struct pipe *pipe = p->free;

	if (pipe != NULL) {
		p->free = pipe->next;
		p->n_free--;
		return pipe;
	}
	if (p->n < p->max && make(p, &pipe) == 0)
		return pipe;
	if (w->next == NULL) {
		w->prev = p->waiting.prev;
		w->next = &p->waiting;
		w->prev->next = w;
		p->waiting.prev = w;
	}
	return NULL;
}

/* The last pipe is never given up: others may take its descriptors, and nothing would move. */
static bool is_emptied(const struct pipes *p, const struct pipe *pipe)
{
	char bytes[BUFSIZ];
	ssize_t n = 1;

	if (p->n > 1)
		return false;
	while (n > 0)
		n = read(pipe->read_end, bytes, sizeof(bytes));
	return true;
}

void pipes_return(struct pipes *p, struct loop *loop, struct pipe *pipe, bool is_empty)
{
	struct pipe_wait *w = p->waiting.next;

	if ((is_empty || is_emptied(p, pipe)) && (w != &p->waiting || p->n_free < PIPES_KEPT))
		put_free(p, pipe);
	else
		destroy(p, pipe);
	if (w == &p->waiting)
		return;
	loop_later(loop, w->task);
	pipes_forget(w);
}

void pipes_forget(struct pipe_wait *w)
{
	if (w->next == NULL)
		return;
	w->next->prev = w->prev;
	w->prev->next = w->next;
	w->next = w->prev = NULL;
}

void pipes_done(struct pipes *p)
{
	while (p->free != NULL) {
		struct pipe *pipe = p->free;

		p->free = pipe->next;
		destroy(p, pipe);
	}
}
