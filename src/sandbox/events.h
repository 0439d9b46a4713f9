/* SPDX-License-Identifier: Apache-2.0 */
/* What was refused or ran into a limit, counted by kind and target. */
#ifndef SANDBOX_EVENTS_H
#define SANDBOX_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#define EVENTS_MAX 64
#define EVENT_TARGET_MAX 128

/*
 * struct event - one kind of act on one target.
 * @type:   for example "limit.memory", "net.connect", "syscall"
 * @target: printable already
 * @reason: why, and what would allow it
 */
struct event {
	const char *type;
	char target[EVENT_TARGET_MAX];
	const char *reason;
	uint64_t count;
	uint64_t first_ns; /* CLOCK_REALTIME */
};

/* Bounded: what does not fit is counted in @dropped. */
struct events_log {
	struct event event[EVENTS_MAX];
	size_t n;
	uint64_t dropped;
};

/*
 * events_add - count an event.
 * @type, @reason: string constants
 * @target:        bytes from inside; escaped here
 */
void events_add(struct events_log *log, const char *type, const char *target, const char *reason);

/* Whether an event of a type was seen. */
int events_has(const struct events_log *log, const char *type);

/* The wall clock in nanoseconds. */
uint64_t events_now(void);

#endif
