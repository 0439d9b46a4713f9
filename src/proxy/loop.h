/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for descriptors and times; everything that the proxy does is called from here. */
#ifndef PROXY_LOOP_H
#define PROXY_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define LOOP_EDGES (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)

/* How long something may take; each timer counts one of these. */
enum timer_kind {
	TIMER_RETRY,  /* until accepting is tried again when descriptors have run out */
	TIMER_LOOKUP, /* between looks at questions without an answer */
	TIMER_NEXT,   /* until the next address of a host is tried beside the one before */
	TIMER_REFUSE, /* until a refusal that nobody reads is cut short */
	TIMER_HEAD,   /* for the first bytes of a client, and for each head of a request */
	TIMER_HALF,   /* for a connection that one side has ended */
	TIMER_IDLE,   /* for a connection that nothing moves on; RFC 5382, REQ-5 */
	TIMER_END
};

/*
 * struct watch - a descriptor that is waited for.
 * @fd:    -EBADF for none
 * @ready: told what is new, as EPOLL… bits
 */
struct watch {
	int fd;
	void (*ready)(struct watch *w, uint32_t events);
};

struct timer {
	struct timer *next, *prev; /* NULL while it does not run */
	uint64_t at_ms;
	void (*due)(struct timer *t);
};

/* Work for the end of the round, where nothing holds a pointer to what it frees. */
struct task {
	struct task *next;
	void (*run)(struct task *t);
	bool is_queued;
};

/* @now_ms: a clock that never goes back, read once a round */
struct loop {
	int epoll;
	bool is_stopped;
	uint64_t now_ms;
	struct timer timers[TIMER_END]; /* rings: all of a kind last equally long, so they stand in
					   order */
	struct task *first, *last;
};

/* loop_init - returns 0 or negative errno; loop_done closes what it opened. */
int loop_init(struct loop *l);
void loop_done(struct loop *l);

/* loop_watch - begin to wait for a descriptor; closing it ends that. 0 or negative errno. */
int loop_watch(struct loop *l, struct watch *w);

/*
 * loop_rewatch - wait, or if it is waited for already, wait otherwise and for this owner alone.
 * @events: EPOLL… bits; LOOP_EDGES is what loop_watch waits for
 */
int loop_rewatch(struct loop *l, struct watch *w, uint32_t events);

/* loop_timer - (re)start a timer. loop_timer_stop - stop it, if it runs. */
void loop_timer(struct loop *l, struct timer *t, enum timer_kind kind);
void loop_timer_stop(struct timer *t);

/* loop_later - run a task when this round is over; once, however often it was asked for. */
void loop_later(struct loop *l, struct task *t);

/* loop_run - until @is_stopped. Returns 0, or the errno of epoll_wait(2), negative. */
int loop_run(struct loop *l);

#endif
