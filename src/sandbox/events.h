/* SPDX-License-Identifier: Apache-2.0 */
/* What was decided about a sandbox, counted by kind and target. */
#ifndef SANDBOX_EVENTS_H
#define SANDBOX_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define EVENTS_FILE "events.jsonl"
#define EVENTS_MAX 128
#define EVENT_ALLOW "net.allow"
#define EVENT_CLOSE "net.close"
#define EVENT_PUBLISH "net.publish"
#define EVENT_TARGET_MAX 288 /* a host name and a port */
#define EVENT_REASON_MAX 384
#define EVENT_ADDRESS_MAX 48
#define EVENT_PROGRAM_MAX 16

/*
 * struct event - one kind of act on one target.
 * @type:   for example "limit.memory", "net.connect", "syscall"
 * @target: printable already
 * @reason: why, and what would allow it
 * @address: that was reached last; "" for none
 * @rule_missing: what would have allowed it: "network.allow: db.example:5432"; "" for none
 * @program, @pid: who asked first, as a hint; "" and 0 where the kernel did not tell
 * @in, @out: bytes to and from the sandbox
 */
struct event {
	const char *type;
	char target[EVENT_TARGET_MAX];
	char reason[EVENT_REASON_MAX];
	char address[EVENT_ADDRESS_MAX];
	char rule_missing[EVENT_TARGET_MAX];
	char program[EVENT_PROGRAM_MAX];
	uint32_t pid;
	uint64_t in, out, count;
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

/* The same for an event that knows more than its reason; @in and @out of @one are added up. */
void events_note(struct events_log *log, const struct event *one, const char *target);

/* Writes the final counts to the file, and how many kinds there was no room for. */
void events_settle(const struct events_log *log);

/* Whether an event of a type was seen; about @target, unless that is NULL. */
int events_has(const struct events_log *log, const char *type, const char *target);

/* The log as an array. Owned reference; NULL for want of memory. */
json_t *events_json(const struct events_log *log);

/* The wall clock in nanoseconds. */
uint64_t events_now(void);

#endif
