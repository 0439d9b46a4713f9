/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as a short list of event kinds; what a policy has no use for is an error here. */
#ifndef POLICY_YAML_EVENTS_H
#define POLICY_YAML_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <yaml.h>

#include "base/err.h"

enum event_kind {
	EVENT_DONE,   /* the document is over */
	EVENT_SCALAR, /* @text */
	EVENT_LIST,
	EVENT_MAP,
	EVENT_END /* of a list or mapping */
};

/*
 * struct events - a document being read.
 * @text:         of the last scalar; lives until the next event
 * @line, @column: of the last event, 1-based
 */
struct events {
	yaml_parser_t parser;
	yaml_event_t event;
	const char *source;
	int kind;
	const char *text;
	uint32_t line;
	uint32_t column;
	unsigned int depth;
	unsigned int count;
	int has_event;
};

/* Begins to read @text (borrowed); 0 or -ENOMEM. events_close frees what it holds. */
int events_open(struct events *ev, const char *text, size_t n, const char *source);
void events_close(struct events *ev);

/*
 * events_next - the next event kind, or negative errno with @e filled.
 *
 * Anchors, aliases, tags, several documents, NUL bytes, and documents that are deep or large are
 * refused. Source: YAML 1.1 as libyaml has it.
 */
int events_next(struct events *ev, struct err *e);

/* The rest of the document must be empty. */
int events_finish(struct events *ev, struct err *e);

/* Fills @e with "source:line:column: …"; returns -EINVAL. */
int events_fail(const struct events *ev, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
