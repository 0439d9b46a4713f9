/* SPDX-License-Identifier: Apache-2.0 */
/* What was refused or ran into a limit, counted by kind and target. */
#ifndef SANDBOX_EVENTS_H
#define SANDBOX_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

#define EVENTS_MAX 64
#define EVENT_TARGET_MAX 288 /* a host name and a port */
#define EVENT_REASON_MAX 384

/*
 * struct event - one kind of act on one target.
 * @type:   for example "limit.memory", "net.connect", "syscall"
 * @target: printable already
 * @reason: why, and what would allow it
 */
struct event {
	const char *type;
	char target[EVENT_TARGET_MAX];
	char reason[EVENT_REASON_MAX];
	uint64_t count;
	uint64_t first_ns; /* CLOCK_REALTIME */
};

/*
 * struct events_log - zero-initialise it. Bounded: what does not fit is counted in @dropped.
 * @dir: fd of the sandbox's directory, whose events.jsonl is written as well (borrowed); 0 for none
 */
struct events_log {
	struct event event[EVENTS_MAX];
	size_t n;
	uint64_t dropped;
	int dir;
};

/*
 * events_add - count an event.
 * @type:   a string constant
 * @reason: printable; copied
 * @target: bytes from inside; escaped here
 *
 * The file gets a line for the first of a kind and whenever their number has grown fourfold, so
 * that no flood of events fills the disk.
 */
void events_add(struct events_log *log, const char *type, const char *target, const char *reason);

/* Writes the final counts to the file, and how many kinds there was no room for. */
void events_settle(const struct events_log *log);

/* Whether an event of a type was seen. */
int events_has(const struct events_log *log, const char *type);

/*
 * events_json - the log as an array, or one event as an object. Owned reference; NULL for want of
 * memory.
 */
json_t *events_json(const struct events_log *log);

/*
 * events_load - read a sandbox's file back, each kind once with its last count.
 * @dir: fd of the sandbox's directory (borrowed)
 * @ret: owned array of objects: time_ns, type, target, reason, count
 *
 * Returns 0, also when there is no file; -EBADMSG for a damaged one, with its line in @e.
 */
int events_load(int dir, json_t **ret, struct err *e);

/* The same for the bytes of such a file. */
int events_parse(const char *p, size_t n, json_t **ret, struct err *e);

/* The wall clock in nanoseconds. */
uint64_t events_now(void);

#endif
