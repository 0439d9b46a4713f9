/* SPDX-License-Identifier: Apache-2.0 */
/* YAML as a short list of event kinds. */
#include "policy/yaml_events.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"

#define DEPTH_MAX 8
#define COUNT_MAX 20000

int events_fail(const struct events *ev, struct err *e, const char *fmt, ...)
{
	AUTO_BUF struct buf shown = BUF_INIT(ERR_TEXT_MAX * 4);
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_escape(&shown, text, strlen(text));
	return err_set(e, -EINVAL, "%s:%u:%u: %s", ev->source, ev->line, ev->column,
		       shown.p != NULL ? shown.p : "");
}

int events_open(struct events *ev, const char *text, size_t n, const char *source)
{
	*ev = (struct events){ .source = source, .line = 1, .column = 1 };
	if (!yaml_parser_initialize(&ev->parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&ev->parser, (const unsigned char *)text, n);
	return 0;
}

void events_close(struct events *ev)
{
	if (ev->has_event)
		yaml_event_delete(&ev->event);
	yaml_parser_delete(&ev->parser);
}

static int syntax_fail(struct events *ev, struct err *e)
{
	ev->line = (uint32_t)ev->parser.problem_mark.line + 1;
	ev->column = (uint32_t)ev->parser.problem_mark.column + 1;
	return events_fail(ev, e, "not YAML: %s",
			   ev->parser.problem != NULL ? ev->parser.problem : "cannot be read");
}

static int step(struct events *ev, struct err *e)
{
	if (ev->has_event)
		yaml_event_delete(&ev->event);
	ev->has_event = 0;
	if (!yaml_parser_parse(&ev->parser, &ev->event))
		return syntax_fail(ev, e);
	ev->has_event = 1;
	ev->line = (uint32_t)ev->event.start_mark.line + 1;
	ev->column = (uint32_t)ev->event.start_mark.column + 1;
	if (++ev->count > COUNT_MAX)
		return events_fail(ev, e, "too large for a policy");
	return 0;
}

static int scalar(struct events *ev, struct err *e)
{
	const char *text = (const char *)ev->event.data.scalar.value;

	if (ev->event.data.scalar.anchor != NULL || ev->event.data.scalar.tag != NULL)
		return events_fail(ev, e, "anchors and tags are not allowed");
	if (strlen(text) != ev->event.data.scalar.length)
		return events_fail(ev, e, "a value holds a NUL byte");
	ev->text = text;
	return EVENT_SCALAR;
}

static int open_collection(struct events *ev, const void *anchor, const void *tag, int kind,
			   struct err *e)
{
	if (anchor != NULL || tag != NULL)
		return events_fail(ev, e, "anchors and tags are not allowed");
	if (++ev->depth > DEPTH_MAX)
		return events_fail(ev, e, "nested too deeply");
	return kind;
}

static int kind_of(struct events *ev, struct err *e)
{
	const yaml_event_t *y = &ev->event;

	if (y->type == YAML_SCALAR_EVENT)
		return scalar(ev, e);
	if (y->type == YAML_SEQUENCE_START_EVENT)
		return open_collection(ev, y->data.sequence_start.anchor,
				       y->data.sequence_start.tag, EVENT_LIST, e);
	if (y->type == YAML_MAPPING_START_EVENT)
		return open_collection(ev, y->data.mapping_start.anchor, y->data.mapping_start.tag,
				       EVENT_MAP, e);
	if (y->type == YAML_SEQUENCE_END_EVENT || y->type == YAML_MAPPING_END_EVENT) {
		ev->depth--;
		return EVENT_END;
	}
	if (y->type == YAML_STREAM_END_EVENT)
		return EVENT_DONE;
	return events_fail(ev, e, "aliases are not allowed");
}

int events_next(struct events *ev, struct err *e)
{
	yaml_event_type_t type;

	do {
		int r = step(ev, e);

		if (r < 0)
			return r;
		type = ev->event.type;
		if (type == YAML_DOCUMENT_END_EVENT)
			ev->depth = 0;
	} while (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
		 type == YAML_DOCUMENT_END_EVENT);
	ev->kind = kind_of(ev, e);
	return ev->kind;
}

int events_finish(struct events *ev, struct err *e)
{
	int kind = ev->kind == EVENT_DONE ? EVENT_DONE : events_next(ev, e);

	if (kind > 0)
		return events_fail(ev, e, "one document is enough");
	return kind;
}
