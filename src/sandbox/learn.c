/* SPDX-License-Identifier: Apache-2.0 */
/* The shortest policy that allows what a sandbox reached. */
#include "sandbox/learn.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/host.h"
#include "base/host_rule.h"
#include "base/num.h"
#include "sandbox/events.h"

#define HTTP 80
#define HTTPS 443
#define MERGED_MIN 3

/* One host, or with @is_below all that is right below it. @port: sorted */
struct learned {
	struct host host;
	bool is_below;
	uint8_t n;
	uint16_t port[HOST_RULE_PORTS_MAX];
};

struct learned_list {
	struct learned v[EVENTS_MAX];
	size_t n;
};

static void port_add(struct learned *l, uint16_t port)
{
	size_t at = 0;

	while (at < l->n && l->port[at] < port)
		at++;
	if (l->n == HOST_RULE_PORTS_MAX || (at < l->n && l->port[at] == port))
		return;
	memmove(&l->port[at + 1], &l->port[at], (l->n - at) * sizeof(l->port[0]));
	l->port[at] = port;
	l->n++;
}

/* A host with too many ports for one rule goes on in another. */
static void host_add(struct learned_list *list, const struct host *host, uint16_t port)
{
	size_t i = 0;

	while (i < list->n &&
	       (!host_is(&list->v[i].host, host) || list->v[i].n == HOST_RULE_PORTS_MAX))
		i++;
	if (i == EVENTS_MAX)
		return;
	if (i == list->n)
		list->v[list->n++] = (struct learned){ .host = *host };
	port_add(&list->v[i], port);
}

static void event_take(struct learned_list *list, const struct event *ev)
{
	const char *colon = strrchr(ev->target, ':');
	struct host host;
	uint64_t port;

	if (strcmp(ev->type, EVENT_ALLOW) != 0 || colon == NULL ||
	    num_u64(colon + 1, UINT16_MAX, &port) < 0 ||
	    host_parse(ev->target, (size_t)(colon - ev->target), &host) < 0)
		return;
	host_add(list, &host, (uint16_t)port);
}

static bool has_same_ports(const struct learned *a, const struct learned *b)
{
	return a->n == b->n && memcmp(a->port, b->port, a->n * sizeof(a->port[0])) == 0;
}

/* The name right above it, where a rule could hold all below that: two labels at least. */
static const char *above(const struct learned *l)
{
	const char *dot = l->host.is_address || l->is_below ? NULL : strchr(l->host.name.text, '.');

	return dot != NULL && strchr(dot + 1, '.') != NULL ? dot + 1 : NULL;
}

static bool is_beside(const struct learned *a, const struct learned *b)
{
	const char *up = above(a);
	const char *other = above(b);

	return up != NULL && other != NULL && strcmp(up, other) == 0 && has_same_ports(a, b);
}

static void merge_at(struct learned_list *list, size_t at)
{
	struct learned one = list->v[at];
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += is_beside(&one, &list->v[i]);
	if (n < MERGED_MIN)
		return;
	n = 0;
	for (size_t i = 0; i < list->n; i++)
		if (i == at || !is_beside(&one, &list->v[i]))
			list->v[n++] = list->v[i];
	list->n = n;
	/* The first of them stays at its place. */
	(void)host_name_parse(above(&one), strlen(above(&one)), &list->v[at].host.name);
	list->v[at].is_below = true;
}

static void rule_print(const struct learned *l, struct buf *out)
{
	bool is_usual = l->n == 2 && l->port[0] == HTTP && l->port[1] == HTTPS;
	char text[HOST_TEXT_MAX];

	host_print(&l->host, 0, text);
	buf_printf(out, "    - \"%s", l->is_below ? "*." : "");
	buf_printf(out,
		   l->host.is_address && l->host.addr.family == 6 && text[0] != '[' ? "[%s]" : "%s",
		   text);
	for (size_t i = 0; i < l->n && !is_usual; i++)
		buf_printf(out, "%c%u", i == 0 ? ':' : ',', l->port[i]);
	buf_str(out, "\"\n");
}

static void refused_print(const struct events_log *log, struct buf *out)
{
	bool is_first = true;

	for (size_t i = 0; i < log->n; i++) {
		if (log->event[i].rule_missing[0] == '\0')
			continue;
		if (is_first)
			buf_str(out, "# It was refused these; add what it needs:\n");
		is_first = false;
		/* Printable, as everything in an event. */
		buf_printf(out, "#   %s\n", log->event[i].rule_missing);
	}
}

void learn_yaml(const struct events_log *reached, const struct events_log *refused, struct buf *out)
{
	AUTO_FREE struct learned_list *list = calloc(1, sizeof(*list));

	if (list == NULL)
		return;
	for (size_t i = 0; i < reached->n; i++)
		event_take(list, &reached->event[i]);
	for (size_t i = 0; i < list->n; i++)
		merge_at(list, i);
	buf_str(out, list->n == 0 ? "version: 1\nnetwork: { allow: [] }\n"
				  : "version: 1\nnetwork:\n  allow:\n");
	for (size_t i = 0; i < list->n; i++)
		rule_print(&list->v[i], out);
	refused_print(refused, out);
}
