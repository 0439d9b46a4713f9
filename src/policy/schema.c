/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema of policy files, made from the table of fields. */
#include "policy/schema.h"

#include <stdio.h>
#include <string.h>

#include "policy/fields.h"

#define NAME_ROOM 64

/* Numbers may be bare or carry a unit, so both spellings are offered. */
#define NUMBER "{s:[s,s,s]}", "type", "string", "number", "null"

static json_t *strings(void)
{
	return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
}

static json_t *mapping(void)
{
	return json_pack("{s:s, s:b, s:{}}", "type", "object", "additionalProperties", 0,
			 "properties");
}

static json_t *mappings(const char *const *texts, const char *const *lists)
{
	json_t *item = mapping();
	json_t *properties = json_object_get(item, "properties");

	for (; *texts != NULL; texts++)
		json_object_set_new(properties, *texts, json_pack("{s:s}", "type", "string"));
	for (; *lists != NULL; lists++)
		json_object_set_new(properties, *lists, strings());
	return json_pack("{s:s, s:o}", "type", "array", "items", item);
}

static json_t *choices(const struct field_row *row)
{
	json_t *all = json_array();

	for (int i = 0; row->choices[i] != NULL; i++)
		json_array_append_new(all, json_string(row->choices[i]));
	return json_pack("{s:o}", "enum", all);
}

static json_t *value_schema(enum policy_field field)
{
	static const char *const http_texts[] = { "host", NULL };
	static const char *const http_lists[] = { "methods", "paths", NULL };
	static const char *const secret_texts[] = { "name",  "from", "header", "query",
						    "basic", "body", NULL };
	static const char *const secret_lists[] = { "hosts", NULL };
	const struct field_row *row = policy_field_row(field);

	switch (row->type) {
	case TYPE_VERSION:
		return json_pack("{s:i}", "const", 1);
	case TYPE_STRING:
		return json_pack("{s:[s,s]}", "type", "string", "null");
	case TYPE_ENUM:
		return choices(row);
	case TYPE_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case TYPE_LIST:
		if (field == FIELD_ENV_SET)
			return json_pack("{s:s, s:{s:[s,s]}}", "type", "object",
					 "additionalProperties", "type", "string", "number");
		return strings();
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_MILLI:
	case TYPE_TIME:
		return json_pack(NUMBER);
	case TYPE_HTTP:
		return mappings(http_texts, http_lists);
	case TYPE_SECRETS:
		return mappings(secret_texts, secret_lists);
	case TYPE_END:
		break;
	}
	return json_object();
}

json_t *policy_schema(void)
{
	json_t *top = mapping();
	json_t *all = json_object_get(top, "properties");

	json_object_set_new(top, "$schema",
			    json_string("https://json-schema.org/draft/2020-12/schema"));
	json_object_set_new(top, "title", json_string("Tiercel policy"));
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		const struct field_row *row = policy_field_row((enum policy_field)i);
		const char *dot = strchr(row->name, '.');
		json_t *v = value_schema((enum policy_field)i);
		char group[NAME_ROOM];
		json_t *in = all;

		json_object_set_new(v, "description", json_string(row->help));
		if (dot != NULL) {
			snprintf(group, sizeof(group), "%.*s", (int)(dot - row->name), row->name);
			if (json_object_get(all, group) == NULL)
				json_object_set_new(all, group, mapping());
			in = json_object_get(json_object_get(all, group), "properties");
		}
		json_object_set_new(in, dot != NULL ? dot + 1 : row->name, v);
	}
	return top;
}
