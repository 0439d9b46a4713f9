/* SPDX-License-Identifier: Apache-2.0 */
/* What was refused or ran into a limit, counted by kind and target. */
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
#include "base/file.h"

#define FILE_NAME "events.jsonl"
#define FILE_MAX_BYTES (UINT64_C(4) << 20)
#define LOADED_MAX 1024
#define DROPPED "dropped"

uint64_t events_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static json_t *event_json(const struct event *ev)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:I}", "time_ns", (json_int_t)ev->first_ns, "type",
			 ev->type, "target", ev->target, "reason", ev->reason, "count",
			 (json_int_t)ev->count);
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

void events_add(struct events_log *log, const char *type, const char *target, const char *reason)
{
	AUTO_BUF struct buf shown = BUF_INIT((size_t)EVENT_TARGET_MAX * 8);
	struct event *ev;

	buf_escape(&shown, target, strnlen(target, EVENT_TARGET_MAX));
	for (size_t i = 0; i < log->n; i++) {
		ev = &log->event[i];
		if (strcmp(ev->type, type) != 0 || shown.p == NULL ||
		    strncmp(ev->target, shown.p, EVENT_TARGET_MAX - 1) != 0)
			continue;
		if (is_milestone(++ev->count))
			line_write(log, ev);
		return;
	}
	if (log->n == EVENTS_MAX) {
		log->dropped++;
		return;
	}
	ev = &log->event[log->n++];
	*ev = (struct event){ .type = type, .count = 1, .first_ns = events_now() };
	snprintf(ev->reason, sizeof(ev->reason), "%s", reason);
	snprintf(ev->target, sizeof(ev->target), "%s", shown.p != NULL ? shown.p : "");
	line_write(log, ev);
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

int events_has(const struct events_log *log, const char *type)
{
	for (size_t i = 0; i < log->n; i++)
		if (strcmp(log->event[i].type, type) == 0)
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

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static bool is_event(const json_t *o)
{
	return text_of(o, "type") != NULL && text_of(o, "target") != NULL &&
	       text_of(o, "reason") != NULL && json_is_integer(json_object_get(o, "count")) &&
	       json_is_integer(json_object_get(o, "time_ns"));
}

/* The same kind again: only the number is news. */
static int merge(json_t *list, json_t *one)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *o = json_array_get(list, i);

		if (strcmp(text_of(o, "type"), text_of(one, "type")) != 0 ||
		    strcmp(text_of(o, "target"), text_of(one, "target")) != 0)
			continue;
		json_object_set(o, "count", json_object_get(one, "count"));
		return 0;
	}
	if (json_array_size(list) >= LOADED_MAX)
		return -E2BIG;
	return json_array_append(list, one) < 0 ? -ENOMEM : 0;
}

static int lines_merge(json_t *list, const char *p, size_t left, struct err *e)
{
	for (int line = 1; left > 0; line++) {
		const char *end = memchr(p, '\n', left);
		size_t n = end != NULL ? (size_t)(end - p) : left;
		json_t *o = json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL);
		int r = o != NULL && is_event(o) ? merge(list, o) : -EBADMSG;

		json_decref(o);
		/* A last line without its end was being written when the writer was killed. */
		if (r == -EBADMSG && end == NULL)
			return 0;
		if (r < 0)
			return err_set(e, r, FILE_NAME ":%d: no event", line);
		n += end != NULL;
		p += n;
		left -= n;
	}
	return 0;
}

int events_parse(const char *p, size_t n, json_t **ret, struct err *e)
{
	json_t *list = json_array();
	int r = list == NULL ? err_sys(e, -ENOMEM, "events") : lines_merge(list, p, n, e);

	if (r < 0) {
		json_decref(list);
		return r;
	}
	*ret = list;
	return 0;
}

int events_load(int dir, json_t **ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(FILE_MAX_BYTES);
	int r = 0;

	if (faccessat(dir, FILE_NAME, F_OK, 0) == 0)
		r = file_read(dir, FILE_NAME, &text, e);
	return r < 0 ? r : events_parse(text.p, text.n, ret, e);
}
