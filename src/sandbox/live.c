/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the network policy of a running sandbox, by the person outside alone. */
#include "sandbox/live.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"
#include "linux/channel.h"
#include "plan/egress.h"
#include "sandbox/egress.h"
#include "sandbox/events.h"
#include "sandbox/store.h"
#include "tier/part_egress.h"

#define SOCKET_NAME "control"
#define RULES_MAX 1024
#define ANSWER_MS 10000
#define PORTS_SHOWN 12
#define OK "ok"

/* A path of any length fits the address by way of its directory's descriptor. */
static struct sockaddr_un address_of(int dir)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/" SOCKET_NAME, dir);
	return a;
}

int live_open(struct live *l, const struct policy *p, int dir, struct err *e)
{
	struct sockaddr_un a = address_of(dir);
	int on = 1;

	l->policy = *p;
	if (!part_egress_is_open(p))
		return 0;
	l->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || setsockopt(l->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    fchmod(l->fd, 0600) < 0 || bind(l->fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return err_sys(e, -errno, "cannot make the sandbox's control socket");
	l->dir = dir;
	return fchmodat(dir, SOCKET_NAME, 0600, 0) < 0 ? err_sys(e, -errno, SOCKET_NAME) : 0;
}

void live_close(struct live *l)
{
	if (l->fd >= 0)
		unlinkat(l->dir, SOCKET_NAME, 0);
	l->fd = fd_close(l->fd);
	arena_done(&l->arena);
}

static bool is_served(const struct egress *x, unsigned int port)
{
	return (x->served[port / 8] >> port % 8 & 1) != 0;
}

/* No socket can be made inside any more: whoever could is gone. */
static int ports_check(const struct egress *x, const struct policy_request_rule *q, struct err *e)
{
	AUTO_BUF struct buf open = BUF_INIT(512);
	const struct host_rule *r = &q->rule;
	bool is_open = r->n_ports > 0;
	int shown = 0;

	if (q->list != HOST_RULE_ALLOW || is_served(x, EGRESS_EVERY_PORT))
		return 0;
	for (size_t i = 0; i < r->n_ports; i++)
		for (unsigned int port = r->ports[i].first; port <= r->ports[i].last; port++)
			is_open = is_open && is_served(x, port);
	if (is_open)
		return 0;
	for (unsigned int port = 1; port <= UINT16_MAX; port++)
		if (is_served(x, port) && port != EGRESS_DNS_PORT && port != EGRESS_CLIENT_PORT &&
		    shown++ < PORTS_SHOWN)
			buf_printf(&open, "%s%u", open.n > 0 ? ", " : "", port);
	return err_set(e, -EOPNOTSUPP,
		       "%s: while it runs no port can be added; open are %s%s. Allow it when the "
		       "sandbox starts",
		       q->text, open.p != NULL ? open.p : "none", shown > PORTS_SHOWN ? ", …" : "");
}

static bool is_same(const char *text, const struct policy_request_rule *q)
{
	char ours[HOST_RULE_TEXT_MAX], other[HOST_RULE_TEXT_MAX];
	struct host_rule rule;

	if (strcmp(text, q->text) == 0)
		return true;
	if (host_rule_parse(text, strlen(text), q->list, &rule) < 0)
		return false;
	host_rule_print(&rule, other);
	host_rule_print(&q->rule, ours);
	return strcmp(ours, other) == 0;
}

/* The list without the rule, and with it at the end where @is_added. */
static int change(struct live *l, struct policy_list *list, const struct policy_request_rule *q,
		  bool is_added)
{
	const char **v = arena_alloc(&l->arena, (list->n + 1) * sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (!is_same(list->v[i], q))
			v[n++] = list->v[i];
	if (is_added && n == RULES_MAX)
		return -E2BIG;
	if (is_added)
		v[n++] = arena_str(&l->arena, q->text);
	*list = (struct policy_list){ v, n };
	return is_added && v[n - 1] == NULL ? -ENOMEM : 0;
}

static int carry_out(struct live *l, const struct policy_request *q, struct err *e)
{
	struct policy p = l->policy;
	int r = 0;

	for (size_t i = 0; i < q->n && r == 0; i++) {
		bool is_allow = q->rule[i].list == HOST_RULE_ALLOW;

		r = ports_check(l->egress, &q->rule[i], e);
		if (r < 0)
			return r;
		r = change(l, is_allow ? &p.net_allow : &p.net_deny, &q->rule[i], true);
		if (r == 0)
			r = change(l, is_allow ? &p.net_deny : &p.net_allow, &q->rule[i], false);
	}
	if (r < 0)
		return err_sys(e, r, "network rules");
	r = egress_change(l->egress, &p, l->secrets, e);
	if (r < 0)
		return r;
	l->policy = p;
	for (size_t i = 0; i < q->n; i++)
		events_add(l->egress->reached,
			   q->rule[i].list == HOST_RULE_ALLOW ? "policy.allow" : "policy.deny",
			   q->rule[i].text, "set from outside while it ran");
	return 0;
}

/* One datagram of the same user, with the socket for its answer; else -1. */
static int request_receive(struct live *l, char *text, size_t *n)
{
	struct iovec part = { .iov_base = text, .iov_len = POLICY_REQUEST_BYTES };
	union {
		char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} room;
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = room.bytes,
			      .msg_controllen = sizeof(room.bytes) };
	struct ucred who = { .uid = (uid_t)-1 };
	AUTO_CLOSE int answer = -EBADF;
	ssize_t r = recvmsg(l->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	for (struct cmsghdr *c = r < 0 ? NULL : CMSG_FIRSTHDR(&msg); c != NULL;
	     c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(&answer, CMSG_DATA(c), sizeof(int));
		if (c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&who, CMSG_DATA(c), sizeof(who));
	}
	if (r < 0 || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || who.uid != geteuid())
		return -1;
	*n = (size_t)r;
	return fd_take(&answer);
}

void live_serve(struct live *l)
{
	AUTO_CLOSE int answer = -EBADF;
	AUTO_FREE char *text = malloc(POLICY_REQUEST_BYTES);
	AUTO_FREE struct policy_request *q = malloc(sizeof(*q));
	struct err e = { 0 };
	size_t n = 0;
	int r;

	if (text == NULL || q == NULL)
		return;
	answer = request_receive(l, text, &n);
	if (answer < 0)
		return;
	r = policy_request_parse(text, n, q, &e);
	if (r == 0 && !l->egress->is_ready)
		r = err_set(&e, -EAGAIN, "it is only being started");
	if (r == 0)
		r = carry_out(l, q, &e);
	(void)send(answer, r < 0 ? e.text : OK, r < 0 ? strlen(e.text) : strlen(OK),
		   MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int answer_read(int fd, struct err *e)
{
	AUTO_BUF struct buf shown = BUF_INIT(8192);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[512];
	ssize_t n;

	if (poll(&p, 1, ANSWER_MS) <= 0)
		return err_set(e, -ETIMEDOUT, "the sandbox's supervisor does not answer");
	n = recv(fd, text, sizeof(text), 0);
	if (n == (ssize_t)strlen(OK) && memcmp(text, OK, strlen(OK)) == 0)
		return 0;
	if (n <= 0)
		return err_set(e, -EPERM, "the sandbox's supervisor did not take the request");
	buf_escape(&shown, text, (size_t)n);
	return err_set(e, -EINVAL, "%s", shown.p != NULL ? shown.p : "refused");
}

int live_ask(const struct store_box *box, const struct policy_request *q, struct err *e)
{
	struct sockaddr_un a = address_of(box->dir);
	AUTO_BUF struct buf text = BUF_INIT(POLICY_REQUEST_BYTES);
	AUTO_CLOSE int fd = -EBADF;
	AUTO_CLOSE int mine = -EBADF;
	AUTO_CLOSE int theirs = -EBADF;
	int ends[2];
	int r;

	policy_request_print(q, &text);
	if (text.err != 0)
		return err_sys(e, text.err, "rules");
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		if (errno == ENOENT || errno == ECONNREFUSED)
			return err_set(e, -ENOENT,
				       "sandbox %s takes no rules: it has ended, or was started "
				       "without any host to reach",
				       box->id);
		return err_sys(e, -errno, "sandbox %s", box->id);
	}
	r = channel_pair(ends);
	if (r < 0)
		return err_sys(e, r, "answer");
	mine = ends[0];
	theirs = ends[1];
	r = channel_send(fd, text.p, text.n, &theirs, 1);
	theirs = fd_close(theirs);
	return r < 0 ? err_sys(e, r, "sandbox %s", box->id) : answer_read(mine, e);
}
