/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a policy as YAML and as JSON. */
#include "policy/print.h"

#include <stdio.h>
#include <string.h>

#include "policy/fields.h"
#include "policy/value.h"

#define LINE_COLUMNS 96
#define NAME_ROOM 64

static json_t *list_json(const struct policy_list *list)
{
	json_t *v = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(v, json_string(list->v[i]));
	return v;
}

static json_t *env_json(const struct policy_list *list)
{
	json_t *v = json_object();

	for (size_t i = 0; i < list->n; i++) {
		const char *equals = strchr(list->v[i], '=');

		if (equals != NULL)
			json_object_setn_new(v, list->v[i], (size_t)(equals - list->v[i]),
					     json_string(equals + 1));
	}
	return v;
}

static json_t *http_json(const struct policy *p)
{
	json_t *v = json_array();

	for (size_t i = 0; i < p->net_http_n; i++) {
		const struct policy_http *h = &p->net_http[i];

		json_array_append_new(v, json_pack("{s:s, s:o, s:o}", "host", h->host, "methods",
						   list_json(&h->methods), "paths",
						   list_json(&h->paths)));
	}
	return v;
}

static json_t *secrets_json(const struct policy *p)
{
	json_t *v = json_array();

	for (size_t i = 0; i < p->secrets_n; i++) {
		const struct policy_secret *s = &p->secrets[i];
		json_t *one = json_pack("{s:s, s:s, s:o}", "name", s->name, "from", s->from,
					"hosts", list_json(&s->hosts));

		if (s->header != NULL)
			json_object_set_new(one, "header", json_string(s->header));
		if (s->query != NULL)
			json_object_set_new(one, "query", json_string(s->query));
		if (s->basic != NULL)
			json_object_set_new(one, "basic", json_string(s->basic));
		if (s->body != NULL)
			json_object_set_new(one, "body", json_string(s->body));
		json_array_append_new(v, one);
	}
	return v;
}

static json_t *plain_json(const struct policy *p, enum policy_field field)
{
	char room[64];
	const char *text = policy_text(p, field, room);

	return strcmp(text, "null") == 0 ? json_null() : json_string(text);
}

static json_t *value_json(const struct policy *p, enum policy_field field)
{
	const struct field_row *row = policy_field_row(field);
	const void *at = (const char *)p + row->offset;

	switch (row->type) {
	case TYPE_VERSION:
		return json_integer(1);
	case TYPE_BOOL:
		return json_boolean(*(const bool *)at);
	case TYPE_LIST:
		return field == FIELD_ENV_SET ? env_json(at) : list_json(at);
	case TYPE_HTTP:
		return http_json(p);
	case TYPE_SECRETS:
		return secrets_json(p);
	case TYPE_STRING:
	case TYPE_ENUM:
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_MILLI:
	case TYPE_TIME:
	case TYPE_END:
		break;
	}
	return plain_json(p, field);
}

json_t *policy_json(const struct policy *p)
{
	json_t *all = json_object();

	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		const char *name = policy_field_name((enum policy_field)i);
		const char *dot = strchr(name, '.');
		char group[NAME_ROOM];
		json_t *in = all;

		if (dot != NULL) {
			snprintf(group, sizeof(group), "%.*s", (int)(dot - name), name);
			in = json_object_get(all, group);
			if (in == NULL) {
				json_object_set_new(all, group, json_object());
				in = json_object_get(all, group);
			}
		}
		json_object_set_new(in, dot != NULL ? dot + 1 : name,
				    value_json(p, (enum policy_field)i));
	}
	return all;
}

/* Whether YAML reads the text as one plain scalar, in a list as well. */
static bool is_plain(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "._/+@~-";

	return s[0] != '\0' && strspn(s, safe) == strlen(s) && s[0] != '-' && s[0] != '@' &&
	       strcmp(s, "~") != 0;
}

/* Double quotes; control characters escaped, those that two bytes of UTF-8 make included. */
static void quoted(struct buf *b, const char *s)
{
	buf_str(b, "\"");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			buf_printf(b, "\\%c", c);
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(b, "\\x%02x", c);
		} else if (c == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] < 0xa0) {
			buf_printf(b, "\\x%02x", (unsigned char)s[1]);
			s++;
		} else {
			buf_add(b, s, 1);
		}
	}
	buf_str(b, "\"");
}

static void text_yaml(struct buf *b, const char *s)
{
	if (is_plain(s))
		buf_str(b, s);
	else
		quoted(b, s);
}

/* A value in flow style, broken between the entries of long lists. */
static void flow_yaml(struct buf *b, const json_t *v, size_t line_start)
{
	const char *key;
	json_t *one;
	size_t i;
	const char *comma = "";

	if (json_is_string(v)) {
		text_yaml(b, json_string_value(v));
	} else if (json_is_array(v)) {
		buf_str(b, "[");
		json_array_foreach(v, i, one)
		{
			buf_str(b, comma);
			if (b->n - line_start > LINE_COLUMNS - 24 || json_is_object(one)) {
				line_start = b->n;
				buf_str(b, "\n    ");
			} else if (i > 0) {
				buf_str(b, " ");
			}
			flow_yaml(b, one, line_start);
			comma = ",";
		}
		buf_str(b, "]");
	} else if (json_is_object(v)) {
		buf_str(b, "{");
		/* The macro casts away const; nothing is changed. */
		json_object_foreach((json_t *)(uintptr_t)v, key, one)
		{
			buf_printf(b, "%s ", comma);
			text_yaml(b, key);
			buf_str(b, ": ");
			flow_yaml(b, one, line_start);
			comma = ",";
		}
		buf_str(b, json_object_size(v) > 0 ? " }" : "}");
	} else {
		buf_str(b, json_is_null(v)    ? "null"
			   : json_is_true(v)  ? "true"
			   : json_is_false(v) ? "false"
					      : "1");
	}
}

static void origin_yaml(struct buf *b, const struct policy_origin *o)
{
	AUTO_BUF struct buf source = BUF_INIT(65536);

	if (o->source != NULL) {
		/* A line break in a name must not end the comment. */
		quoted(&source, o->source);
		buf_printf(b, "  # %.*s", (int)source.n - 2, source.p + 1);
		if (o->line > 0)
			buf_printf(b, ":%u", o->line);
	}
	buf_str(b, "\n");
}

void policy_yaml(const struct policy *p, struct buf *b)
{
	const char *group = "";
	size_t group_n = 0;

	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		enum policy_field field = (enum policy_field)i;
		const char *name = policy_field_name(field);
		const char *dot = strchr(name, '.');
		json_t *v = value_json(p, field);
		size_t start;

		if (dot != NULL && (group_n == 0 || strncmp(group, name, group_n) != 0)) {
			group = name;
			group_n = (size_t)(dot - name) + 1;
			buf_printf(b, "%.*s:\n", (int)(dot - name), name);
		} else if (dot == NULL) {
			group_n = 0;
		}
		start = b->n;
		buf_printf(b, "%s%s: ", dot != NULL ? "  " : "", dot != NULL ? dot + 1 : name);
		flow_yaml(b, v, start);
		origin_yaml(b, &p->origin[field]);
		json_decref(v);
	}
}
