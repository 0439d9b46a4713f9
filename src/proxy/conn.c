/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of the sandbox, from its first byte to its last. */
#include "proxy/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "proxy/client.h"
#include "proxy/conn_go.h"
#include "proxy/conn_pass.h"
#include "proxy/dial.h"
#include "proxy/events.h"
#include "proxy/opened.h"
#include "proxy/proxy.h"
#include "proxy/refuse.h"
#include "proxy/request.h"

/* As a lingering of no time would, which the proxy's filter refuses. Source: connect(2). */
static void reset_fd(int fd)
{
	static const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	if (fd >= 0)
		(void)connect(fd, &nobody, sizeof(nobody));
}

struct flow_means conn_means(struct conn *c)
{
	return (struct flow_means){ &c->proxy->pipes, &c->proxy->loop, &c->wait };
}

static void conn_free(struct conn *c)
{
	struct flow_means means = conn_means(c);

	loop_timer_stop(&c->timer);
	pipes_forget(&c->wait);
	flow_done(&c->up, &means);
	flow_done(&c->down, &means);
	dial_free(c->dial);
	request_free(c->request);
	opened_free(c->opened);
	free(c->refusal);
	fd_close(c->client.watch.fd);
	fd_close(c->server.watch.fd);
	budget_disconnect(&c->proxy->budget);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		c->proxy->conns = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	free(c);
}

void conn_end(struct conn *c)
{
	if (c->phase == CONN_OVER)
		return;
	if (c->server.watch.fd >= 0 && !c->is_published)
		events_conn(c, "net.close", (struct words_of){ "", "" });
	c->phase = CONN_OVER;
	loop_later(&c->proxy->loop, &c->task);
}

void conn_reset(struct conn *c)
{
	reset_fd(c->client.watch.fd);
	reset_fd(c->server.watch.fd);
	conn_end(c);
}

void conn_hurry(struct conn *c, bool on)
{
	if (on && !c->is_hurried)
		loop_timer(&c->proxy->loop, &c->timer, TIMER_HEAD);
	else if (!on && c->is_hurried)
		loop_timer(&c->proxy->loop, &c->timer, TIMER_IDLE);
	c->is_hurried = on;
}

static void on_server(struct watch *w, uint32_t events)
{
	struct conn *c = (struct conn *)(void *)((char *)w - offsetof(struct conn, server.watch));

	if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
		c->server.can_read = true;
	if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
		c->server.can_write = true;
	loop_later(&c->proxy->loop, &c->task);
}

static void on_client(struct watch *w, uint32_t events)
{
	struct conn *c = (struct conn *)(void *)((char *)w - offsetof(struct conn, client.watch));

	if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
		c->client.can_read = true;
	if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
		c->client.can_write = true;
	if ((events & EPOLLERR) != 0)
		conn_reset(c);
	loop_later(&c->proxy->loop, &c->task);
}

/* Too slow, or forgotten: which of both depends on what is waited for. */
static void on_due(struct timer *t)
{
	struct conn *c = (struct conn *)(void *)((char *)t - offsetof(struct conn, timer));
	bool is_slow = c->is_hurried && c->phase == CONN_SERVED;

	if (is_slow && c->opened != NULL) {
		opened_slow(c);
	} else if (is_slow) {
		refuse_stream(c, DENIAL_MALFORMED, "the client began a request and did not go on");
	} else if (c->phase == CONN_SERVED && c->has_moved) {
		c->has_moved = false;
		loop_timer(&c->proxy->loop, t, c->is_half ? TIMER_HALF : TIMER_IDLE);
	} else if (c->phase == CONN_REFUSING && c->refusal == NULL) {
		/* All was said; what is still on its way arrives. */
		conn_end(c);
	} else {
		conn_reset(c);
	}
}

static void run(struct task *t)
{
	struct conn *c = (struct conn *)(void *)((char *)t - offsetof(struct conn, task));

	switch (c->phase) {
	case CONN_GREETING:
		client_step(c);
		return;
	case CONN_SERVED:
		if (!c->is_dialled || c->dial == NULL || conn_take_dialled(c))
			conn_pass(c);
		return;
	case CONN_REFUSING:
		refuse_step(c);
		return;
	case CONN_OVER:
		conn_free(c);
		return;
	}
}

static struct conn *make(struct proxy *p, int fd)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->proxy = p;
	c->number = -1;
	c->task.run = run;
	c->timer.due = on_due;
	c->wait.task = &c->task;
	c->client.watch = (struct watch){ fd, on_client };
	c->server.watch = (struct watch){ -EBADF, on_server };
	c->next = p->conns;
	if (c->next != NULL)
		c->next->prev = c;
	p->conns = c;
	return c;
}

struct conn *conn_new(struct proxy *p, int fd, enum egress_listener kind)
{
	enum budget_hit hit = budget_connect(&p->budget, p->loop.now_ms);
	struct conn *c = hit == BUDGET_OK ? make(p, fd) : NULL;

	if (hit != BUDGET_OK)
		events_budget(p, NULL, hit);
	else if (c == NULL)
		budget_disconnect(&p->budget);
	if (c == NULL) {
		reset_fd(fd);
		fd_close(fd);
		return NULL;
	}
	c->phase = kind == EGRESS_CLIENT ? CONN_GREETING : CONN_SERVED;
	loop_timer(&p->loop, &c->timer, TIMER_IDLE);
	conn_hurry(c, kind == EGRESS_CLIENT);
	if (loop_watch(&p->loop, &c->client.watch) < 0)
		conn_reset(c);
	return c;
}
