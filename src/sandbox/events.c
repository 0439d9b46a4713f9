/* SPDX-License-Identifier: Apache-2.0 */
/* What was refused or ran into a limit, counted by kind and target. */
#include "sandbox/events.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/escape.h"

uint64_t events_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void events_add(struct events_log *log, const char *type, const char *target, const char *reason)
{
	AUTO_BUF struct buf shown = BUF_INIT((size_t)EVENT_TARGET_MAX * 8);
	struct event *ev;

	buf_escape(&shown, target, strnlen(target, EVENT_TARGET_MAX));
	for (size_t i = 0; i < log->n; i++) {
		ev = &log->event[i];
		if (ev->type == type && shown.p != NULL &&
		    strncmp(ev->target, shown.p, EVENT_TARGET_MAX - 1) == 0) {
			ev->count++;
			return;
		}
	}
	if (log->n == EVENTS_MAX) {
		log->dropped++;
		return;
	}
	ev = &log->event[log->n++];
	*ev = (struct event){
		.type = type, .reason = reason, .count = 1, .first_ns = events_now()
	};
	snprintf(ev->target, sizeof(ev->target), "%s", shown.p != NULL ? shown.p : "");
}

int events_has(const struct events_log *log, const char *type)
{
	for (size_t i = 0; i < log->n; i++)
		if (strcmp(log->event[i].type, type) == 0)
			return 1;
	return 0;
}
