/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes carried between the caller's descriptors and the sandbox's. */
#include "sandbox/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"

#define FD_PATH_MAX 32

static void close_from(struct relay *r)
{
	if (r->owns_from)
		fd_close(r->from);
	r->from = -1;
}

static void close_to(struct relay *r)
{
	if (r->owns_to)
		fd_close(r->to);
	r->to = -1;
}

void relay_done(struct relay *r)
{
	close_from(r);
	close_to(r);
	free(r->bytes);
	r->bytes = NULL;
}

void relay_never_block(struct relay *r)
{
	char path[FD_PATH_MAX];
	int fd;

	if (!isatty(r->to))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", r->to);
	/* Not by fcntl: the caller's other programs share that description. */
	fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	r->is_stiff = fd < 0;
	if (fd < 0)
		return;
	close_to(r);
	r->to = fd;
	r->owns_to = true;
}

bool relay_wants_read(const struct relay *r)
{
	return r->from >= 0 && r->start == r->end;
}

bool relay_wants_write(const struct relay *r)
{
	return r->to >= 0 && r->start < r->end;
}

void relay_read(struct relay *r)
{
	ssize_t n;

	if (r->bytes == NULL)
		r->bytes = malloc(RELAY_BUF);
	n = r->bytes == NULL ? -1 : read(r->from, r->bytes, RELAY_BUF);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0 && errno != EIO)
		r->err = -errno;
	r->start = 0;
	r->end = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return;
	/* End of file; EIO is how a terminal says that its last user is gone. */
	close_from(r);
	close_to(r);
}

void relay_write(struct relay *r)
{
	/* A pipe that polls writable takes this much without blocking: pipe(7), PIPE_BUF. */
	size_t most = r->is_stiff ? 1 : PIPE_BUF;
	size_t n = r->end - r->start < most ? r->end - r->start : most;
	ssize_t w = write(r->to, r->bytes + r->start, n);

	if (w < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (w < 0) {
		r->err = errno == EPIPE ? 0 : -errno;
		/* Nobody reads: the sandbox shall notice as it would without us. */
		close_from(r);
		close_to(r);
		r->start = r->end;
		return;
	}
	r->start += (size_t)w;
	r->total += (size_t)w;
}

void relay_drain(struct relay *r)
{
	while (r->from >= 0 || relay_wants_write(r)) {
		struct pollfd p = { .fd = r->from, .events = POLLIN };

		if (relay_wants_write(r)) {
			p = (struct pollfd){ .fd = r->to, .events = POLLOUT };
			if (poll(&p, 1, -1) > 0)
				relay_write(r);
			continue;
		}
		/* What is left lies in the pipe already. */
		if (r->to < 0 || poll(&p, 1, 0) <= 0)
			return;
		relay_read(r);
	}
}
