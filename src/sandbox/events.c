/* SPDX-License-Identifier: Apache-2.0 */
/* What was decided about a sandbox, counted by kind and target. */
#include "sandbox/events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"

#define FILE_NAME EVENTS_FILE
#define FILE_MAX_BYTES (UINT64_C(4) << 20)
#define DROPPED "dropped"

uint64_t events_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void text_set(json_t *o, const char *key, const char *text)
{
	if (text[0] != '\0')
		json_object_set_new(o, key, json_string(text));
}

static json_t *event_json(const struct event *ev)
{
	json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:I}", "time_ns", (json_int_t)ev->first_ns,
			      "type", ev->type, "target", ev->target, "reason", ev->reason, "count",
			      (json_int_t)ev->count);

	text_set(o, "address", ev->address);
	text_set(o, "rule_missing", ev->rule_missing);
	text_set(o, "program", ev->program);
	if (ev->pid != 0)
		json_object_set_new(o, "pid", json_integer(ev->pid));
	if (strcmp(ev->type, EVENT_CLOSE) == 0) {
		json_object_set_new(o, "bytes_in", json_integer((json_int_t)ev->in));
		json_object_set_new(o, "bytes_out", json_integer((json_int_t)ev->out));
	}
	return o;
}

/* An event that cannot be written is still in the summary: a full disk ends no sandbox. */
static void line_write(const struct events_log *log, const struct event *ev)
{
	AUTO_CLOSE int fd = -EBADF;
	AUTO_FREE char *text = NULL;
	AUTO_BUF struct buf line = BUF_INIT(FILE_MAX_BYTES);
	json_t *o;

	if (log->dir == 0)
		return;
	o = event_json(ev);
	text = o != NULL ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	json_decref(o);
	fd = openat(log->dir, FILE_NAME, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (text == NULL || fd < 0)
		return;
	buf_str(&line, text);
	buf_str(&line, "\n");
	if (line.err == 0)
		(void)fd_write_full(fd, line.p, line.n);
}

/* 1, 4, 16 …: each is worth a line. */
static bool is_milestone(uint64_t count)
{
	return (count & (count - 1)) == 0 && (count & UINT64_C(0x5555555555555555)) != 0;
}

static bool is_about(const struct event *ev, const struct buf *shown)
{
	return shown->p != NULL && strncmp(ev->target, shown->p, EVENT_TARGET_MAX - 1) == 0;
}

static void again(const struct events_log *log, struct event *ev, const struct event *one)
{
	ev->in += one->in;
	ev->out += one->out;
	if (one->address[0] != '\0')
		memcpy(ev->address, one->address, sizeof(ev->address));
	if (is_milestone(++ev->count))
		line_write(log, ev);
}

void events_note(struct events_log *log, const struct event *one, const char *target)
{
	AUTO_BUF struct buf shown = BUF_INIT((size_t)EVENT_TARGET_MAX * 8);
	struct event *ev;

	buf_escape(&shown, target, strnlen(target, EVENT_TARGET_MAX));
	for (size_t i = 0; i < log->n; i++) {
		ev = &log->event[i];
		if (strcmp(ev->type, one->type) != 0 || !is_about(ev, &shown))
			continue;
		again(log, ev, one);
		return;
	}
	if (log->n == EVENTS_MAX) {
		log->dropped++;
		return;
	}
	ev = &log->event[log->n++];
	*ev = *one;
	ev->count = 1;
	ev->first_ns = events_now();
	snprintf(ev->target, sizeof(ev->target), "%s", shown.p != NULL ? shown.p : "");
	line_write(log, ev);
}

void events_add(struct events_log *log, const char *type, const char *target, const char *reason)
{
	struct event one = { .type = type };

	snprintf(one.reason, sizeof(one.reason), "%s", reason);
	events_note(log, &one, target);
}

void events_settle(const struct events_log *log)
{
	struct event dropped = { .type = DROPPED,
				 .reason = "more kinds of events than are kept apart",
				 .count = log->dropped,
				 .first_ns = events_now() };

	for (size_t i = 0; i < log->n; i++)
		if (!is_milestone(log->event[i].count))
			line_write(log, &log->event[i]);
	if (log->dropped > 0)
		line_write(log, &dropped);
}

int events_has(const struct events_log *log, const char *type, const char *target)
{
	AUTO_BUF struct buf shown = BUF_INIT((size_t)EVENT_TARGET_MAX * 8);

	if (target != NULL)
		buf_escape(&shown, target, strnlen(target, EVENT_TARGET_MAX));
	for (size_t i = 0; i < log->n; i++)
		if (strcmp(log->event[i].type, type) == 0 &&
		    (target == NULL || is_about(&log->event[i], &shown)))
			return 1;
	return 0;
}

json_t *events_json(const struct events_log *log)
{
	json_t *list = json_array();

	for (size_t i = 0; i < log->n; i++)
		json_array_append_new(list, event_json(&log->event[i]));
	return list;
}
