/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox's DNS server, by UDP and TCP. */
#include "proxy/dns_serve.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "proxy/dns_reply.h"
#include "proxy/proxy.h"

#define UDP_TURN 64    /* messages, then others get their turn */
#define QUERY_MAX 4096 /* longer ones are no questions of ours */
#define CLIENTS_MAX 64

struct datagram {
	struct sockaddr_storage from;
	struct iovec part;
	struct msghdr msg;
	union {
		char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
			   CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control;
};

static void prepare(struct datagram *d, void *p, size_t n)
{
	d->part = (struct iovec){ p, n };
	d->msg = (struct msghdr){ .msg_name = &d->from,
				  .msg_namelen = sizeof(d->from),
				  .msg_iov = &d->part,
				  .msg_iovlen = 1,
				  .msg_control = d->control.bytes,
				  .msg_controllen = sizeof(d->control.bytes) };
}

/* Turns what came with the question, where it arrived, into where the answer is to come from. */
static void answer_from_there(struct datagram *d)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(&d->msg);
	struct in_pktinfo v4;
	struct in6_pktinfo v6;

	if (c != NULL && c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		memcpy(&v4, CMSG_DATA(c), sizeof(v4));
		v4.ipi_spec_dst = v4.ipi_addr;
		v4.ipi_ifindex = 0;
		memcpy(CMSG_DATA(c), &v4, sizeof(v4));
		d->msg.msg_controllen = CMSG_SPACE(sizeof(v4));
	} else if (c != NULL && c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		memcpy(&v6, CMSG_DATA(c), sizeof(v6));
		v6.ipi6_ifindex = 0;
		memcpy(CMSG_DATA(c), &v6, sizeof(v6));
		d->msg.msg_controllen = CMSG_SPACE(sizeof(v6));
	} else {
		d->msg.msg_control = NULL;
		d->msg.msg_controllen = 0;
	}
}

bool dns_serve_udp(struct proxy *p, int fd)
{
	for (int i = 0; i < UDP_TURN; i++) {
		struct datagram d;
		struct dns_message answer;
		ssize_t n;

		prepare(&d, p->scratch, QUERY_MAX);
		n = recvmsg(fd, &d.msg, MSG_DONTWAIT);
		if (n < 0 && errno != EINTR)
			return false;
		if (n < 0 || (d.msg.msg_flags & MSG_TRUNC) != 0 ||
		    dns_reply(p, (const uint8_t *)p->scratch, (size_t)n, &answer) < 0)
			continue;
		answer_from_there(&d);
		d.part = (struct iovec){ answer.bytes, answer.n };
		/* An answer that finds no room is lost, as datagrams are; the client asks again. */
		sendmsg(fd, &d.msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	return true;
}

struct dns_client {
	struct watch watch;
	struct timer timer;
	struct task task;
	struct proxy *proxy;
	struct dns_client *next, *prev;
	bool is_over;
};

static void end(struct dns_client *c)
{
	c->is_over = true;
	loop_later(&c->proxy->loop, &c->task);
}

static void release(struct dns_client *c)
{
	loop_timer_stop(&c->timer);
	fd_close(c->watch.fd);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		c->proxy->dns_clients = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	free(c);
}

/* One question out of the stream, if it is whole. Returns 1, 0 when it is not, -errno at the end.
 */
static int answer_one(struct dns_client *c)
{
	uint8_t *p = (uint8_t *)c->proxy->scratch;
	struct dns_message answer;
	ssize_t n = recv(c->watch.fd, p, DNS_FRAME + QUERY_MAX, MSG_PEEK | MSG_DONTWAIT);
	size_t whole;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	if (n < DNS_FRAME)
		return 0;
	whole = DNS_FRAME + ((size_t)p[0] << 8 | p[1]);
	if (whole > DNS_FRAME + QUERY_MAX)
		return -EMSGSIZE;
	if ((size_t)n < whole)
		return 0;
	if (dns_reply(c->proxy, p + DNS_FRAME, whole - DNS_FRAME, &answer) < 0)
		return -EBADMSG;
	if (recv(c->watch.fd, p, whole, MSG_DONTWAIT) != (ssize_t)whole ||
	    send(c->watch.fd, answer.frame, DNS_FRAME + answer.n, MSG_DONTWAIT | MSG_NOSIGNAL) !=
		    (ssize_t)(DNS_FRAME + answer.n))
		return -EPIPE;
	return 1;
}

static void run(struct task *t)
{
	struct dns_client *c =
		(struct dns_client *)(void *)((char *)t - offsetof(struct dns_client, task));
	int r;

	if (c->is_over) {
		release(c);
		return;
	}
	r = answer_one(c);
	if (r < 0)
		end(c);
	if (r > 0) {
		loop_timer(&c->proxy->loop, &c->timer, TIMER_HEAD);
		loop_later(&c->proxy->loop, t);
	}
}

static void on_client(struct watch *w, uint32_t events)
{
	struct dns_client *c = (struct dns_client *)(void *)w;

	(void)events;
	loop_later(&c->proxy->loop, &c->task);
}

static void on_due(struct timer *t)
{
	end((struct dns_client *)(void *)((char *)t - offsetof(struct dns_client, timer)));
}

static size_t count(const struct proxy *p)
{
	size_t n = 0;

	for (const struct dns_client *c = p->dns_clients; c != NULL; c = c->next)
		n++;
	return n;
}

void dns_serve_tcp(struct proxy *p, int fd)
{
	struct dns_client *c = count(p) < CLIENTS_MAX ? calloc(1, sizeof(*c)) : NULL;

	if (c == NULL) {
		fd_close(fd);
		return;
	}
	c->proxy = p;
	c->watch = (struct watch){ fd, on_client };
	c->timer.due = on_due;
	c->task.run = run;
	c->next = p->dns_clients;
	if (c->next != NULL)
		c->next->prev = c;
	p->dns_clients = c;
	loop_timer(&p->loop, &c->timer, TIMER_HEAD);
	if (loop_watch(&p->loop, &c->watch) < 0)
		end(c);
	loop_later(&p->loop, &c->task);
}

void dns_serve_done(struct proxy *p)
{
	while (p->dns_clients != NULL)
		release(p->dns_clients);
}
