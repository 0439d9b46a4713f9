/* SPDX-License-Identifier: Apache-2.0 */
/* Takes the sandbox's connections from the sockets that listen for them. */
#include "proxy/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "proxy/conn.h"
#include "proxy/conn_go.h"
#include "proxy/dns_serve.h"
#include "proxy/events.h"
#include "proxy/proxy.h"
#include "proxy/publish.h"

#define ACCEPT_TURN 64	/* connections, then others get their turn */
#define ORIGINAL_DST 80 /* SO_ORIGINAL_DST; linux/netfilter_ipv4.h clashes with libc's headers */

/* One socket; @is_paused while there are no descriptors to be had. */
struct listener {
	struct watch watch;
	struct timer timer;
	struct task task;
	struct proxy *proxy;
	struct listener *next;
	enum egress_listener kind;
	bool is_paused;
};

int serve_sockaddr(const struct sockaddr_storage *s, struct host *ret, uint16_t *ret_port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)s;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)s;

	*ret = (struct host){ .is_address = true };
	if (s->ss_family == AF_INET) {
		*ret_port = ntohs(v4->sin_port);
		return addr_from_bytes(&v4->sin_addr, 4, &ret->addr);
	}
	if (s->ss_family != AF_INET6)
		return -EINVAL;
	*ret_port = ntohs(v6->sin6_port);
	return addr_from_bytes(&v6->sin6_addr, 16, &ret->addr);
}

/*
 * Where the client meant to go: the address that it arrived at, or where netfilter turned it to
 * loopback, the one before that. Source: nft(8), redirect; ip(7).
 */
static int read_meant(int fd, struct host *ret, uint16_t *ret_port)
{
	struct sockaddr_storage s = { 0 };
	socklen_t n = sizeof(s);
	int r;

	if (getsockname(fd, (struct sockaddr *)&s, &n) < 0)
		return -errno;
	r = serve_sockaddr(&s, ret, ret_port);
	if (r < 0 || addr_classify(&ret->addr) != ADDR_LOOPBACK)
		return r;
	n = sizeof(s);
	if (getsockopt(fd, ret->addr.family == 4 ? SOL_IP : SOL_IPV6, ORIGINAL_DST, &s, &n) < 0)
		return 0;
	return serve_sockaddr(&s, ret, ret_port);
}

static void take(struct listener *l, int fd)
{
	struct conn *c;
	struct host host;
	uint16_t port = 0;

	if (l->kind == EGRESS_PUBLISHED) {
		publish_begin(l->proxy, l->watch.fd, fd);
		return;
	}
	if (l->kind == EGRESS_DNS_TCP) {
		dns_serve_tcp(l->proxy, fd);
		return;
	}
	c = conn_new(l->proxy, fd, l->kind);
	if (c == NULL || l->kind == EGRESS_CLIENT)
		return;
	if (read_meant(fd, &host, &port) < 0)
		conn_reset(c);
	else
		conn_go(c, &host, port);
}

static bool is_out_of_room(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

/* Other errors are those of one connection, which is gone; accept(2), "Error handling". */
static bool is_end(int error)
{
	return error == EAGAIN || error == EBADF || error == EINVAL || error == ENOTSOCK;
}

/* Whoever connects meanwhile waits in the kernel's queue. */
static void pause_accepting(struct listener *l)
{
	struct words_of words = { "no descriptors are left: new connections wait", "" };

	if (!l->is_paused)
		events_tell(l->proxy, "net.error", NULL, 0, words);
	l->is_paused = true;
	loop_timer(&l->proxy->loop, &l->timer, TIMER_RETRY);
}

static void accept_some(struct listener *l)
{
	for (int i = 0; i < ACCEPT_TURN; i++) {
		int fd;

		/* Without a socket of the sandbox's there is nowhere to go yet. */
		if (l->kind == EGRESS_PUBLISHED && !publish_has_room(l->proxy)) {
			loop_timer(&l->proxy->loop, &l->timer, TIMER_RETRY);
			return;
		}
		fd = accept4(l->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && is_out_of_room(errno)) {
			pause_accepting(l);
			return;
		}
		if (fd < 0 && is_end(errno))
			return;
		if (fd < 0)
			continue;
		l->is_paused = false;
		take(l, fd);
	}
	loop_later(&l->proxy->loop, &l->task);
}

static void on_ready(struct watch *w, uint32_t events)
{
	struct listener *l = (struct listener *)(void *)w;

	(void)events;
	loop_later(&l->proxy->loop, &l->task);
}

static void run(struct task *t)
{
	struct listener *l =
		(struct listener *)(void *)((char *)t - offsetof(struct listener, task));

	if (l->watch.fd < 0)
		return;
	switch (l->kind) {
	case EGRESS_TCP:
	case EGRESS_CLIENT:
	case EGRESS_PUBLISHED:
	case EGRESS_DNS_TCP:
		accept_some(l);
		return;
	case EGRESS_DNS_UDP:
		if (dns_serve_udp(l->proxy, l->watch.fd))
			loop_later(&l->proxy->loop, t);
		return;
	case EGRESS_CONNECTOR:
	case EGRESS_LISTENER_END:
		return;
	}
}

static void on_due(struct timer *t)
{
	run(&((struct listener *)(void *)((char *)t - offsetof(struct listener, timer)))->task);
}

/*
 * What each connection inherits: nothing is kept back to fill a segment; and urgent bytes stay in
 * their place, so that what was looked at is what is passed on. Sockets of DNS take no harm.
 */
static void set_inherited(int fd)
{
	static const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
}

int serve_add(struct proxy *p, int fd, enum egress_listener kind)
{
	bool is_one = kind < EGRESS_LISTENER_END || kind == EGRESS_PUBLISHED;
	struct listener *l = is_one ? calloc(1, sizeof(*l)) : NULL;
	int flags = fcntl(fd, F_GETFL);

	if (l == NULL || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		free(l);
		fd_close(fd);
		return -EINVAL;
	}
	set_inherited(fd);
	l->proxy = p;
	l->kind = kind;
	l->watch = (struct watch){ fd, on_ready };
	l->timer.due = on_due;
	l->task.run = run;
	l->next = p->listeners;
	p->listeners = l;
	return 0;
}

int serve_start(struct proxy *p)
{
	for (struct listener *l = p->listeners; l != NULL; l = l->next) {
		int r = loop_watch(&p->loop, &l->watch);

		if (r < 0)
			return r;
		loop_later(&p->loop, &l->task);
	}
	return 0;
}

void serve_wake(struct proxy *p)
{
	for (struct listener *l = p->listeners; l != NULL; l = l->next)
		if (l->kind == EGRESS_PUBLISHED)
			loop_later(&p->loop, &l->task);
}

void serve_done(struct proxy *p)
{
	while (p->listeners != NULL) {
		struct listener *l = p->listeners;

		p->listeners = l->next;
		loop_timer_stop(&l->timer);
		fd_close(l->watch.fd);
		free(l);
	}
}
