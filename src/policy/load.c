/* SPDX-License-Identifier: Apache-2.0 */
/* Reads policy files: a strict schema over YAML events, no implicit typing. */
#include "policy/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "base/fd.h"
#include "base/file.h"
#include "policy/fields.h"
#include "policy/load_rows.h"
#include "policy/value.h"
#include "policy/yaml_events.h"

#define FILE_MAX (UINT64_C(1) << 20)
#define PREFIX_MAX 64
#define GROUPS_MAX 16

/* A document being read into a policy. */
struct reader {
	struct events ev;
	struct policy *p;
	const char *source;
	bool seen[FIELD_END];
	char groups[GROUPS_MAX][PREFIX_MAX];
	size_t groups_n;
};

static int wrong(struct reader *r, const struct err *inner, struct err *e)
{
	return events_fail(&r->ev, e, "%s", inner->text);
}

static void origin_set(struct reader *r, enum policy_field field)
{
	r->p->origin[field] = (struct policy_origin){ r->source, r->ev.line, r->ev.column };
}

static int read_list(struct reader *r, enum policy_field field, struct err *e)
{
	struct err inner = { 0 };
	int kind;

	/* Lists that forbid are added to; lists that grant are replaced. */
	if (policy_field_row(field)->sense != SENSE_DENY)
		policy_clear(r->p, field);
	if (r->ev.kind == EVENT_SCALAR && strcmp(r->ev.text, "null") == 0)
		return 0;
	if (r->ev.kind != EVENT_LIST)
		return events_fail(&r->ev, e, "%s: needs a list, as in [a, b]",
				   policy_field_name(field));
	while ((kind = events_next(&r->ev, e)) == EVENT_SCALAR)
		if (policy_add(r->p, field, r->ev.text, &inner) < 0)
			return wrong(r, &inner, e);
	if (kind < 0 || kind == EVENT_END)
		return kind < 0 ? kind : 0;
	return events_fail(&r->ev, e, "%s: entries are plain values", policy_field_name(field));
}

/* env.set is written as a mapping and kept as NAME=value. */
static int read_env(struct reader *r, struct err *e)
{
	AUTO_BUF struct buf seen = BUF_INIT(FILE_MAX);
	struct err inner = { 0 };
	int kind;

	if (r->ev.kind != EVENT_MAP)
		return events_fail(&r->ev, e, "env.set: needs a mapping, as in { NAME: value }");
	while ((kind = events_next(&r->ev, e)) == EVENT_SCALAR) {
		char name[PREFIX_MAX * 4];
		char line[PREFIX_MAX * 4 + 2];
		AUTO_BUF struct buf pair = BUF_INIT(65536);

		if (snprintf(name, sizeof(name), "%s", r->ev.text) >= (int)sizeof(name))
			return events_fail(&r->ev, e, "env.set: a name is too long");
		snprintf(line, sizeof(line), "\n%s=", name);
		if (seen.p != NULL && strstr(seen.p, line) != NULL)
			return events_fail(&r->ev, e, "key \"%s\" appears twice", name);
		buf_str(&seen, line);
		kind = events_next(&r->ev, e);
		if (kind != EVENT_SCALAR)
			return kind < 0 ? kind
					: events_fail(&r->ev, e, "env.set.%s: needs a value", name);
		buf_printf(&pair, "%s=%s", name, r->ev.text);
		if (pair.err || seen.err || policy_add(r->p, FIELD_ENV_SET, pair.p, &inner) < 0)
			return wrong(r, &inner, e);
	}
	return kind < 0 ? kind : 0;
}

static int read_value(struct reader *r, enum policy_field field, struct err *e)
{
	const struct field_row *row = policy_field_row(field);
	struct err inner = { 0 };
	int kind = events_next(&r->ev, e);

	if (kind < 0)
		return kind;
	origin_set(r, field);
	if (field == FIELD_ENV_SET)
		return read_env(r, e);
	if (row->type == TYPE_LIST)
		return read_list(r, field, e);
	if (row->type == TYPE_HTTP)
		return load_http(&r->ev, r->p, e);
	if (row->type == TYPE_SECRETS)
		return load_secrets(&r->ev, r->p, e);
	if (kind != EVENT_SCALAR)
		return events_fail(&r->ev, e, "%s: needs one plain value", row->name);
	return policy_set(r->p, field, r->ev.text, &inner) < 0 ? wrong(r, &inner, e) : 0;
}

static bool is_group(const char *prefix)
{
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++)
		if (strncmp(policy_field_name((enum policy_field)i), prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static int unknown(struct reader *r, const char *prefix, const char *key, struct err *e)
{
	char near[PREFIX_MAX];

	policy_nearest(prefix, key, near, sizeof(near));
	if (near[0] != '\0')
		return events_fail(&r->ev, e, "unknown key \"%s%s\"; did you mean \"%s%s\"?",
				   prefix, key, prefix, near);
	return events_fail(&r->ev, e, "unknown key \"%s%s\"", prefix, key);
}

static int group_once(struct reader *r, const char *prefix, struct err *e)
{
	for (size_t i = 0; i < r->groups_n; i++)
		if (strcmp(r->groups[i], prefix) == 0)
			return events_fail(&r->ev, e, "key \"%.*s\" appears twice",
					   (int)strlen(prefix) - 1, prefix);
	if (r->groups_n == GROUPS_MAX)
		return events_fail(&r->ev, e, "too many keys");
	snprintf(r->groups[r->groups_n++], PREFIX_MAX, "%s", prefix);
	return 0;
}

static int read_map(struct reader *r, const char *prefix, struct err *e);

static int read_group(struct reader *r, const char *prefix, struct err *e)
{
	int n = group_once(r, prefix, e);
	int kind = n < 0 ? n : events_next(&r->ev, e);

	if (kind < 0)
		return kind;
	if (kind != EVENT_MAP)
		return events_fail(&r->ev, e, "%.*s: needs a mapping", (int)strlen(prefix) - 1,
				   prefix);
	return read_map(r, prefix, e);
}

/* One key with its value. */
static int read_key(struct reader *r, const char *prefix, struct err *e)
{
	char name[PREFIX_MAX];
	enum policy_field field;

	if (snprintf(name, sizeof(name), "%s%s", prefix, r->ev.text) >= (int)sizeof(name) - 1)
		return events_fail(&r->ev, e, "a key is too long");
	/* Dotted names are for flags and messages; in a file they would be a second spelling. */
	if (strchr(r->ev.text, '.') != NULL)
		return unknown(r, prefix, r->ev.text, e);
	field = policy_field_of(name);
	if (field != FIELD_NONE) {
		if (r->seen[field])
			return events_fail(&r->ev, e, "key \"%s\" appears twice", name);
		r->seen[field] = true;
		return read_value(r, field, e);
	}
	memcpy(name + strlen(name), ".", 2);
	if (!is_group(name))
		return unknown(r, prefix, r->ev.text, e);
	return read_group(r, name, e);
}

static int read_map(struct reader *r, const char *prefix, struct err *e)
{
	int kind;

	while ((kind = events_next(&r->ev, e)) == EVENT_SCALAR) {
		int n = read_key(r, prefix, e);

		if (n < 0)
			return n;
	}
	return kind < 0 ? kind : 0;
}

int policy_load_text(struct policy *p, const char *text, size_t n, const char *source,
		     struct err *e)
{
	struct reader r = { .p = p, .source = arena_str(&p->arena, source) };
	int kind;

	if (r.source == NULL)
		return err_sys(e, -ENOMEM, "%s", source);
	if (events_open(&r.ev, text, n, r.source) < 0)
		return err_sys(e, -ENOMEM, "%s", source);
	kind = events_next(&r.ev, e);
	if (kind == EVENT_MAP)
		kind = read_map(&r, "", e);
	else if (kind == EVENT_SCALAR || kind == EVENT_LIST)
		kind = events_fail(&r.ev, e, "a policy is a mapping, as in \"version: 1\"");
	if (kind >= 0)
		kind = events_finish(&r.ev, e);
	events_close(&r.ev);
	return kind < 0 ? kind : 0;
}

static int owner_check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, -errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "%s: is no regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, -EPERM, "%s: belongs to another user", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, -EPERM, "%s: others may write it; chmod go-w it", path);
	return 0;
}

int policy_load_file(struct policy *p, const char *path, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	AUTO_BUF struct buf text = BUF_INIT(FILE_MAX);
	int r;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return err_sys(e, -errno, "%s", path);
	r = owner_check(fd, path, e);
	if (r < 0)
		return r;
	r = file_read_fd(fd, &text);
	if (r < 0)
		return err_sys(e, r, "%s", path);
	r = policy_load_text(p, text.p != NULL ? text.p : "", text.n, path, e);
	return r < 0 ? r : 1;
}
