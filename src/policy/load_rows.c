/* SPDX-License-Identifier: Apache-2.0 */
/* The two fields that are lists of mappings: network.http and secrets. */
#include "policy/load_rows.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/check_rows.h"
#include "policy/policy.h"
#include "policy/yaml_events.h"

#define ROWS_MAX 64

/* A key of a row: a string at an offset, or a list. */
struct key {
	const char *name;
	size_t offset;
	int is_list;
	int is_needed;
};

static const struct key http_keys[] = {
	{ "host", offsetof(struct policy_http, host), 0, 1 },
	{ "methods", offsetof(struct policy_http, methods), 1, 0 },
	{ "paths", offsetof(struct policy_http, paths), 1, 0 },
	{ 0 },
};

static const struct key secret_keys[] = {
	{ "name", offsetof(struct policy_secret, name), 0, 1 },
	{ "from", offsetof(struct policy_secret, from), 0, 1 },
	{ "hosts", offsetof(struct policy_secret, hosts), 1, 1 },
	{ "header", offsetof(struct policy_secret, header), 0, 0 },
	{ "query", offsetof(struct policy_secret, query), 0, 0 },
	{ "basic", offsetof(struct policy_secret, basic), 0, 0 },
	{ "body", offsetof(struct policy_secret, body), 0, 0 },
	{ 0 },
};

static int list_read(struct events *ev, struct policy *p, struct policy_list *list, struct err *e)
{
	const char **v = arena_alloc(&p->arena, ROWS_MAX * sizeof(*v));
	size_t n = 0;
	int kind;

	if (v == NULL)
		return err_sys(e, -ENOMEM, "policy");
	while ((kind = events_next(ev, e)) == EVENT_SCALAR) {
		if (n == ROWS_MAX)
			return events_fail(ev, e, "more than %d entries", ROWS_MAX);
		v[n] = arena_str(&p->arena, ev->text);
		if (v[n++] == NULL)
			return err_sys(e, -ENOMEM, "policy");
	}
	*list = (struct policy_list){ v, n };
	if (kind == EVENT_END)
		return 0;
	return kind < 0 ? kind : events_fail(ev, e, "entries are plain values");
}

static int value_read(struct events *ev, struct policy *p, const struct key *k, char *row,
		      struct err *e)
{
	int kind = events_next(ev, e);

	if (kind < 0)
		return kind;
	if (k->is_list && kind == EVENT_LIST)
		return list_read(ev, p, (struct policy_list *)(void *)(row + k->offset), e);
	if (k->is_list || kind != EVENT_SCALAR)
		return events_fail(ev, e, "%s: needs a %s", k->name,
				   k->is_list ? "list" : "plain value");
	*(const char **)(void *)(row + k->offset) = arena_str(&p->arena, ev->text);
	return 0;
}

static const struct key *key_of(const struct key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static int row_read(struct events *ev, struct policy *p, const struct key *keys, char *row,
		    struct err *e)
{
	int kind;

	while ((kind = events_next(ev, e)) == EVENT_SCALAR) {
		const struct key *k = key_of(keys, ev->text);
		int r;

		if (k == NULL)
			return events_fail(ev, e, "unknown key \"%s\"", ev->text);
		if (*(const void *const *)(const void *)(row + k->offset) != NULL)
			return events_fail(ev, e, "key \"%s\" appears twice", k->name);
		r = value_read(ev, p, k, row, e);
		if (r < 0)
			return r;
	}
	for (const struct key *k = keys; kind >= 0 && k->name != NULL; k++)
		if (k->is_needed && *(const void *const *)(const void *)(row + k->offset) == NULL)
			return events_fail(ev, e, "an entry lacks \"%s\"", k->name);
	return kind < 0 ? kind : 0;
}

/* What the mappings of a list are: their keys, and the bytes that each takes. */
struct kind {
	const struct key *keys;
	size_t size;
};

/* Reads mappings into @rows; returns how many. */
static int rows_read(struct events *ev, struct policy *p, const struct kind *of, char *rows,
		     struct err *e)
{
	int n = 0;
	int kind;

	if (ev->kind != EVENT_LIST)
		return events_fail(ev, e, "needs a list of mappings");
	while ((kind = events_next(ev, e)) == EVENT_MAP) {
		int r;

		if (n == ROWS_MAX)
			return events_fail(ev, e, "more than %d entries", ROWS_MAX);
		r = row_read(ev, p, of->keys, rows + (size_t)n * of->size, e);
		if (r < 0)
			return r;
		n++;
	}
	if (kind == EVENT_END)
		return n;
	return kind < 0 ? kind : events_fail(ev, e, "entries are mappings");
}

int load_http(struct events *ev, struct policy *p, struct err *e)
{
	static const struct kind http_kind = { http_keys, sizeof(struct policy_http) };
	struct policy_http *rows = arena_alloc(&p->arena, ROWS_MAX * sizeof(*rows));
	int n;

	if (rows == NULL)
		return err_sys(e, -ENOMEM, "policy");
	n = rows_read(ev, p, &http_kind, (char *)rows, e);
	for (int i = 0; i < n; i++) {
		const char *fault = check_http(&rows[i]);

		if (fault != NULL)
			return events_fail(ev, e, "network.http: \"%s\": %s", rows[i].host, fault);
	}
	p->net_http = rows;
	p->net_http_n = n < 0 ? 0 : (size_t)n;
	return n < 0 ? n : 0;
}

int load_secrets(struct events *ev, struct policy *p, struct err *e)
{
	static const struct kind secret_kind = { secret_keys, sizeof(struct policy_secret) };
	struct policy_secret *rows = arena_alloc(&p->arena, ROWS_MAX * sizeof(*rows));
	int n;

	if (rows == NULL)
		return err_sys(e, -ENOMEM, "policy");
	n = rows_read(ev, p, &secret_kind, (char *)rows, e);
	for (int i = 0; i < n; i++) {
		const char *fault = check_secret(&rows[i], rows, (size_t)i);

		if (fault != NULL)
			return events_fail(ev, e, "secrets: \"%s\": %s", rows[i].name, fault);
	}
	p->secrets = rows;
	p->secrets_n = n < 0 ? 0 : (size_t)n;
	return n < 0 ? n : 0;
}
