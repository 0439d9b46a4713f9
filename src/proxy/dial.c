/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to a host: each of its addresses in turn, the next one beside a slow one. */
#include "proxy/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/fd.h"

#define PROBE_AFTER_S 120

static void go_on(struct dial *d);

static socklen_t sockaddr_of(const struct addr *a, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	*ret = (struct sockaddr_storage){ 0 };
	if (a->family == 4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, a->bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, a->bytes, 16);
	return sizeof(*v6);
}

static void finish(struct dial *d, int fd, size_t nth)
{
	loop_timer_stop(&d->timer);
	d->is_over = true;
	d->done(d->who, fd, &d->lookup.addrs[nth]);
}

static void on_ready(struct watch *w, uint32_t events)
{
	struct attempt *a = (struct attempt *)(void *)w;
	struct dial *d = a->dial;
	int error = 0;
	socklen_t n = sizeof(error);

	if (d->is_over || (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) == 0)
		return;
	if (getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		error = errno;
	if (error == 0) {
		finish(d, fd_take(&w->fd), a->nth);
		return;
	}
	d->error = -error;
	w->fd = fd_close(w->fd);
	go_on(d);
}

static int socket_open(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int try_one(struct dial *d, struct attempt *a, const struct addr *addr)
{
	static const int on = 1, after_s = PROBE_AFTER_S;
	AUTO_CLOSE int fd = -EBADF;
	struct sockaddr_storage to;
	socklen_t n = sockaddr_of(addr, d->port, &to);

	fd = d->socket != NULL ? d->socket(d->who, to.ss_family) : socket_open(to.ss_family);
	if (fd < 0)
		return fd;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &after_s, sizeof(after_s));
	if (connect(fd, (const struct sockaddr *)&to, n) < 0 && errno != EINPROGRESS)
		return -errno;
	a->watch.fd = fd_take(&fd);
	if (loop_watch(d->loop, &a->watch) < 0) {
		a->watch.fd = fd_close(a->watch.fd);
		return -ENOMEM;
	}
	return 0;
}

static struct attempt *free_attempt(struct dial *d)
{
	for (size_t i = 0; i < DIAL_AT_ONCE; i++)
		if (d->attempts[i].watch.fd < 0)
			return &d->attempts[i];
	return NULL;
}

static bool is_trying(const struct dial *d)
{
	for (size_t i = 0; i < DIAL_AT_ONCE; i++)
		if (d->attempts[i].watch.fd >= 0)
			return true;
	return false;
}

/* Begins with the next address that may and can be tried. */
static void go_on(struct dial *d)
{
	struct attempt *a = free_attempt(d);

	while (a != NULL && d->next < d->lookup.n) {
		size_t nth = d->next++;
		int r;

		if (!d->may_try(d->who, &d->lookup.addrs[nth]))
			continue;
		a->nth = nth;
		r = try_one(d, a, &d->lookup.addrs[nth]);
		if (r == 0)
			break;
		d->error = r;
	}
	if (is_trying(d))
		loop_timer(d->loop, &d->timer, TIMER_NEXT);
	else
		finish(d, d->error, 0);
}

static void on_due(struct timer *t)
{
	struct dial *d = (struct dial *)(void *)((char *)t - offsetof(struct dial, timer));

	if (d->loop->now_ms >= d->until_ms)
		finish(d, -ETIMEDOUT, 0);
	else
		go_on(d);
}

static void on_found(struct lookup *l)
{
	struct dial *d = (struct dial *)(void *)((char *)l - offsetof(struct dial, lookup));

	if (l->n == 0)
		d->error = l->error;
	go_on(d);
}

struct dial *dial_new(struct loop *loop)
{
	struct dial *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->loop = loop;
	d->error = -EACCES;
	d->until_ms = loop->now_ms + DIAL_MS;
	d->timer.due = on_due;
	d->lookup.done = on_found;
	for (size_t i = 0; i < DIAL_AT_ONCE; i++)
		d->attempts[i] = (struct attempt){ .watch = { -EBADF, on_ready }, .dial = d };
	return d;
}

void dial_free(struct dial *d)
{
	if (d == NULL)
		return;
	resolver_cancel(&d->lookup);
	loop_timer_stop(&d->timer);
	for (size_t i = 0; i < DIAL_AT_ONCE; i++)
		fd_close(d->attempts[i].watch.fd);
	free(d);
}

int dial_name(struct dial *d, struct resolver *r, const struct host_name *name)
{
	int over = resolver_start(r, name, &d->lookup);

	if (over > 0)
		on_found(&d->lookup);
	return over < 0 ? over : 0;
}

void dial_addrs(struct dial *d, const struct addr *addrs, size_t n)
{
	memcpy(d->lookup.addrs, addrs, n * sizeof(*addrs));
	d->lookup.n = n;
	go_on(d);
}
