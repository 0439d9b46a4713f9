/* SPDX-License-Identifier: Apache-2.0 */
/* One direction of a connection: bytes go from socket to socket, never copied. */
#include "proxy/flow.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#define TAKE_MAX (512u << 10)
#define TURN_BYTES (2u << 20) /* then others get theirs */
#define MOVED 100	      /* beside what flow_move returns */

static void give_back(struct flow *f, const struct flow_means *m)
{
	if (f->pipe == NULL)
		return;
	pipes_return(m->pipes, m->loop, f->pipe, f->held == 0);
	f->pipe = NULL;
	f->held = 0;
}

/* Into the pipe, which is empty: so EAGAIN speaks of the socket. */
static int take(struct flow *f, struct side *from, uint64_t *left)
{
	size_t most = *left < TAKE_MAX ? (size_t)*left : TAKE_MAX;
	ssize_t n = splice(from->watch.fd, NULL, f->pipe->write_end, NULL, most,
			   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (n < 0) {
		from->can_read = errno != EAGAIN;
		return FLOW_WAIT;
	}
	f->is_eof = n == 0;
	f->held = (uint32_t)n;
	*left -= (uint64_t)n;
	return MOVED;
}

static int give(struct flow *f, struct side *to)
{
	ssize_t n = splice(f->pipe->read_end, NULL, to->watch.fd, NULL, f->held,
			   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (n < 0) {
		to->can_write = errno != EAGAIN;
		return FLOW_WAIT;
	}
	f->held -= (uint32_t)n;
	f->bytes += (uint64_t)n;
	return MOVED;
}

static int shut(struct flow *f, struct side *to)
{
	if (!f->is_shut && shutdown(to->watch.fd, SHUT_WR) < 0)
		return -errno;
	f->is_shut = true;
	return FLOW_SHUT;
}

/* One step: out what is held, else in. MOVED when another may follow. */
static int step(struct flow *f, const struct flow_means *m, struct flow_ends ends, uint64_t *left)
{
	int r;

	if (f->held > 0)
		return ends.to->can_write ? give(f, ends.to) : FLOW_WAIT;
	if (f->is_eof || *left == 0 || !ends.from->can_read) {
		give_back(f, m);
		if (f->is_eof)
			return shut(f, ends.to);
		return *left == 0 ? FLOW_LIMIT : FLOW_WAIT;
	}
	if (f->pipe == NULL)
		f->pipe = pipes_lend(m->pipes, m->wait);
	if (f->pipe == NULL)
		return FLOW_WAIT;
	r = take(f, ends.from, left);
	if (r == FLOW_WAIT)
		give_back(f, m);
	return r;
}

int flow_move(struct flow *f, const struct flow_means *m, struct flow_ends ends, uint64_t *left)
{
	uint64_t until = f->bytes + TURN_BYTES;

	while (f->bytes < until) {
		int r = step(f, m, ends, left);
		if (r != MOVED)
			return r;
	}
	return FLOW_AGAIN;
}

void flow_done(struct flow *f, const struct flow_means *m)
{
	give_back(f, m);
}
