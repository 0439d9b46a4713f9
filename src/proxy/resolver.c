/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the addresses of names: in /etc/hosts, then at DNS servers, without waiting. */
#include "proxy/resolver.h"

#include <ares.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/cleanup.h"

#define TRY_MS 2000
#define TRIES 2
#define SOCKETS_MAX 64

struct socket {
	struct watch watch;
	struct resolver *resolver;
};

/* @n_asked: questions without an answer; as long as there are any, the library's clock is looked at
 */
struct resolver {
	struct loop *loop;
	ares_channel channel;
	size_t n_asked;
	size_t n_servers;
	struct server servers[CONFIG_SERVERS_MAX];
	struct timer tick;
	struct socket sockets[SOCKETS_MAX];
};

/* One query; @lookup is NULL when nobody wants the answer any more. */
struct question {
	struct resolver *resolver;
	struct lookup *lookup;
	size_t nth;
	struct dns_lookup asked;
};

static void on_ready(struct watch *w, uint32_t events)
{
	struct socket *s = (struct socket *)(void *)w;
	int in = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 ? w->fd : ARES_SOCKET_BAD;
	int out = (events & EPOLLOUT) != 0 ? w->fd : ARES_SOCKET_BAD;

	ares_process_fd(s->resolver->channel, in, out);
}

static void on_tick(struct timer *t)
{
	struct resolver *r =
		(struct resolver *)(void *)((char *)t - offsetof(struct resolver, tick));

	ares_process_fd(r->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	if (r->n_asked > 0)
		loop_timer(r->loop, t, TIMER_LOOKUP);
}

static struct socket *socket_of(struct resolver *r, int fd)
{
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		if (r->sockets[i].watch.fd == fd)
			return &r->sockets[i];
	return NULL;
}

/* The library says what it waits for; where there is no room for one more, its clock serves it. */
static void on_socket(void *data, ares_socket_t fd, int readable, int writable)
{
	struct resolver *r = data;
	struct socket *s = socket_of(r, fd);
	uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);

	if (s == NULL)
		s = socket_of(r, -EBADF);
	if (s == NULL)
		return;
	if (events == 0) {
		s->watch.fd = -EBADF;
		return;
	}
	s->watch.fd = fd;
	if (loop_rewatch(r->loop, &s->watch, events) < 0)
		s->watch.fd = -EBADF;
}

struct resolver *resolver_new(struct loop *loop, struct err *e)
{
	struct ares_options options = { .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
					.timeout = TRY_MS,
					.tries = TRIES,
					.sock_state_cb = on_socket };
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
	AUTO_FREE struct resolver *r = calloc(1, sizeof(*r));
	int failed;

	if (r == NULL || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
		err_sys(e, -ENOMEM, "resolver");
		return NULL;
	}
	r->loop = loop;
	r->tick.due = on_tick;
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		r->sockets[i] = (struct socket){ { -EBADF, on_ready }, r };
	options.sock_state_cb_data = r;
	failed = ares_init_options(&r->channel, &options, mask);
	if (failed != ARES_SUCCESS) {
		err_set(e, -EIO, "resolver: %s", ares_strerror(failed));
		return NULL;
	}
	return ptr_take(&r);
}

void resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	ares_destroy(r->channel);
	ares_library_cleanup();
	free(r);
}

static bool is_known(const struct resolver *r, const struct server *servers, size_t n)
{
	if (n != r->n_servers)
		return false;
	for (size_t i = 0; i < n; i++)
		if (memcmp(&servers[i].addr, &r->servers[i].addr, sizeof(servers[i].addr)) != 0 ||
		    servers[i].port != r->servers[i].port)
			return false;
	return true;
}

int resolver_servers(struct resolver *r, const struct server *servers, size_t n)
{
	struct ares_addr_port_node nodes[CONFIG_SERVERS_MAX] = { 0 };

	if (n == 0 || is_known(r, servers, n))
		return 0;
	/* The library takes no other servers while questions are open; those fail. */
	ares_cancel(r->channel);
	r->n_servers = n;
	memcpy(r->servers, servers, n * sizeof(*servers));
	for (size_t i = 0; i < n; i++) {
		struct ares_addr_port_node *node = &nodes[i];

		node->next = i + 1 < n ? &nodes[i + 1] : NULL;
		node->family = servers[i].addr.family == 4 ? AF_INET : AF_INET6;
		memcpy(&node->addr, servers[i].addr.bytes, servers[i].addr.family == 4 ? 4 : 16);
		node->udp_port = node->tcp_port = servers[i].port;
	}
	return ares_set_servers_ports(r->channel, nodes) == ARES_SUCCESS ? 0 : -EINVAL;
}

static void found_add(struct dns_found *f, const void *p, size_t n)
{
	if (f->n < DNS_ADDRS_MAX && addr_from_bytes(p, n, &f->addrs[f->n]) == 0)
		f->n++;
}

static void read_hosts(struct resolver *r, const struct host_name *name, struct lookup *l)
{
	static const int families[] = { AF_INET6, AF_INET };

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct hostent *h = NULL;

		if (ares_gethostbyname_file(r->channel, name->text, families[i], &h) !=
		    ARES_SUCCESS)
			continue;
		for (size_t k = 0; h->h_addr_list[k] != NULL; k++)
			found_add(&l->found[i], h->h_addr_list[k], (size_t)h->h_length);
		ares_free_hostent(h);
	}
}

/* The families take turns, so that a host whose one family leads nowhere is found by the other. */
static void merge(struct lookup *l)
{
	l->n = 0;
	for (size_t i = 0; i < DNS_ADDRS_MAX; i++)
		for (size_t k = 0; k < ARRAY_LEN(l->found); k++)
			if (i < l->found[k].n)
				l->addrs[l->n++] = l->found[k].addrs[i];
}

static void finish(struct lookup *l)
{
	resolver_cancel(l);
	merge(l);
	l->done(l);
}

static void on_overdue(struct timer *t)
{
	finish((struct lookup *)(void *)((char *)t - offsetof(struct lookup, timer)));
}

static int read_answer(const struct question *q, int status, const unsigned char *p, int n,
		       struct dns_found *ret)
{
	if (p != NULL && n > 0)
		return dns_lookup_parse(&q->asked, p, (size_t)n, ret);
	return status == ARES_ENOTFOUND ? -ENOENT : status == ARES_ETIMEOUT ? -ETIMEDOUT : -EAGAIN;
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *p, int n)
{
	struct question *q = arg;
	struct lookup *l = q->lookup;
	size_t nth = q->nth;
	struct dns_found found = { 0 };
	int r = read_answer(q, status, p, n, &found);

	(void)timeouts;
	q->resolver->n_asked--;
	free(q);
	if (l == NULL)
		return;
	l->questions[nth] = NULL;
	if (r < 0)
		l->error = r;
	else
		l->found[nth] = found;
	if (l->is_starting)
		return;
	if (l->questions[1 - nth] == NULL)
		finish(l);
	else if (found.n > 0)
		loop_timer(l->resolver->loop, &l->timer, TIMER_LOOKUP);
}

static int ask(struct resolver *r, const struct host_name *name, struct lookup *l, size_t nth)
{
	struct question *q = calloc(1, sizeof(*q));
	uint8_t message[DNS_LOOKUP_MAX];
	size_t n;

	if (q == NULL || getrandom(&q->asked.id, sizeof(q->asked.id), 0) < 0) {
		free(q);
		return -ENOMEM;
	}
	q->resolver = r;
	q->lookup = l;
	q->nth = nth;
	q->asked.type = nth == 0 ? DNS_TYPE_AAAA : DNS_TYPE_A;
	q->asked.name = *name;
	l->questions[nth] = q;
	r->n_asked++;
	n = dns_lookup_build(&q->asked, message);
	ares_send(r->channel, message, (int)n, on_answer, q);
	return 0;
}

int resolver_start(struct resolver *r, const struct host_name *name, struct lookup *l)
{
	*l = (struct lookup){ .done = l->done, .resolver = r, .error = -ENOENT };
	l->timer.due = on_overdue;
	read_hosts(r, name, l);
	merge(l);
	if (l->n > 0)
		return 1;
	l->is_starting = true;
	if (ask(r, name, l, 0) < 0 || ask(r, name, l, 1) < 0) {
		resolver_cancel(l);
		return -ENOMEM;
	}
	l->is_starting = false;
	if (l->questions[0] == NULL && l->questions[1] == NULL)
		return 1;
	loop_timer(r->loop, &r->tick, TIMER_LOOKUP);
	return 0;
}

void resolver_cancel(struct lookup *l)
{
	for (size_t i = 0; i < ARRAY_LEN(l->questions); i++) {
		if (l->questions[i] != NULL)
			l->questions[i]->lookup = NULL;
		l->questions[i] = NULL;
	}
	loop_timer_stop(&l->timer);
}
