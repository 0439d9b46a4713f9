/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for descriptors and times; everything that the proxy does is called from here. */
#include "proxy/loop.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "base/fd.h"

#define EVENTS_MAX 256

static const uint32_t durations_ms[TIMER_END] = {
	[TIMER_RETRY] = 100,  [TIMER_LOOKUP] = 200,  [TIMER_NEXT] = 250,     [TIMER_REFUSE] = 2000,
	[TIMER_HEAD] = 10000, [TIMER_HALF] = 900000, [TIMER_IDLE] = 7500000,
};

static uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int loop_init(struct loop *l)
{
	*l = (struct loop){ .now_ms = clock_ms() };
	for (size_t i = 0; i < TIMER_END; i++)
		l->timers[i].next = l->timers[i].prev = &l->timers[i];
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	return l->epoll < 0 ? -errno : 0;
}

void loop_done(struct loop *l)
{
	l->epoll = fd_close(l->epoll);
}

int loop_watch(struct loop *l, struct watch *w)
{
	struct epoll_event e = { .events = LOOP_EDGES, .data.ptr = w };

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, w->fd, &e) < 0 ? -errno : 0;
}

int loop_rewatch(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event e = { .events = events, .data.ptr = w };
	int r = epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &e);

	if (r < 0 && errno == ENOENT)
		r = epoll_ctl(l->epoll, EPOLL_CTL_ADD, w->fd, &e);
	return r < 0 ? -errno : 0;
}

void loop_timer_stop(struct timer *t)
{
	if (t->next == NULL)
		return;
	t->next->prev = t->prev;
	t->prev->next = t->next;
	t->next = t->prev = NULL;
}

void loop_timer(struct loop *l, struct timer *t, enum timer_kind kind)
{
	struct timer *ring = &l->timers[kind];

	loop_timer_stop(t);
	t->at_ms = l->now_ms + durations_ms[kind];
	t->prev = ring->prev;
	t->next = ring;
	ring->prev->next = t;
	ring->prev = t;
}

void loop_later(struct loop *l, struct task *t)
{
	if (t->is_queued)
		return;
	t->is_queued = true;
	t->next = NULL;
	if (l->first == NULL)
		l->first = t;
	else
		l->last->next = t;
	l->last = t;
}

/* Milliseconds until the first timer is due; -1 when none runs. */
static int next_due_ms(const struct loop *l)
{
	int wait_ms = -1;

	if (l->first != NULL)
		return 0;
	for (size_t i = 0; i < TIMER_END; i++) {
		const struct timer *t = l->timers[i].next;
		int left_ms;

		if (t == &l->timers[i])
			continue;
		left_ms = t->at_ms > l->now_ms ? (int)(t->at_ms - l->now_ms) : 0;
		if (wait_ms < 0 || left_ms < wait_ms)
			wait_ms = left_ms;
	}
	return wait_ms;
}

static void run_timers(struct loop *l)
{
	for (size_t i = 0; i < TIMER_END; i++) {
		struct timer *ring = &l->timers[i];

		while (ring->next != ring && ring->next->at_ms <= l->now_ms) {
			struct timer *t = ring->next;

			loop_timer_stop(t);
			t->due(t);
		}
	}
}

/* Tasks that tasks ask for wait for the next round, so that descriptors get their turn. */
static void run_tasks(struct loop *l)
{
	struct task *t = l->first;

	l->first = NULL;
	while (t != NULL) {
		struct task *next = t->next;

		t->is_queued = false;
		t->run(t);
		t = next;
	}
}

int loop_run(struct loop *l)
{
	struct epoll_event events[EVENTS_MAX];

	while (!l->is_stopped) {
		int n = epoll_wait(l->epoll, events, EVENTS_MAX, next_due_ms(l));

		if (n < 0 && errno != EINTR)
			return -errno;
		l->now_ms = clock_ms();
		for (int i = 0; i < n; i++) {
			struct watch *w = events[i].data.ptr;

			if (w->fd >= 0)
				w->ready(w, events[i].events);
		}
		run_timers(l);
		run_tasks(l);
	}
	return 0;
}
