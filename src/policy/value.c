/* SPDX-License-Identifier: Apache-2.0 */
/* Values of fields, read from text by the field's type. */
#include "policy/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "policy/check.h"
#include "policy/fields.h"

#define CPUS_MAX_MILLI (UINT64_C(4096) * 1000)
#define COUNT_MAX (UINT64_C(1) << 22)
#define LIST_MAX 4096u

/* Below these not even the sandbox itself can be made. */
static const uint64_t least[FIELD_END] = {
	[FIELD_LIMITS_MEMORY] = 1 << 20,
	[FIELD_LIMITS_DISK] = 1 << 20,
	[FIELD_LIMITS_FILES] = 16,
};

static void *at(struct policy *p, enum policy_field field)
{
	return (char *)p + policy_field_row(field)->offset;
}

static int set_enum(struct policy *p, enum policy_field field, const char *text, struct err *e)
{
	const struct field_row *row = policy_field_row(field);
	char all[128] = "";

	for (int i = 0; row->choices[i] != NULL; i++) {
		size_t n = strlen(all);

		if (strcmp(text, row->choices[i]) == 0) {
			/* Every enum of struct policy has the size of an int. */
			*(int *)at(p, field) = i;
			return 0;
		}
		snprintf(all + n, sizeof(all) - n, "%s%s", n > 0 ? ", " : "", row->choices[i]);
	}
	return err_set(e, -EINVAL, "%s: \"%s\" is none of %s", row->name, text, all);
}

/* Thousandths, without zeros at the end. */
static const char *milli_text(uint64_t v, char ret[64])
{
	int n = snprintf(ret, 64, "%llu.%03llu", (unsigned long long)v / 1000,
			 (unsigned long long)v % 1000);

	while (ret[n - 1] == '0')
		ret[--n] = '\0';
	if (ret[n - 1] == '.')
		ret[n - 1] = '\0';
	return ret;
}

/* In the largest unit that it is a whole number of. */
static const char *time_text(uint64_t v, char ret[64])
{
	static const struct {
		unsigned int ms;
		const char *name;
	} units[] = { { 3600000, "h" }, { 60000, "m" }, { 1000, "s" }, { 1, "ms" } };
	size_t u = 0;

	while (v % units[u].ms != 0)
		u++;
	snprintf(ret, 64, "%llu%s", (unsigned long long)v / units[u].ms, units[u].name);
	return ret;
}

static const char *number_text(enum field_type type, uint64_t v, char ret[64])
{
	static const char *const units[] = { "", "KiB", "MiB", "GiB", "TiB" };
	unsigned int u = 0;

	if (v == POLICY_UNLIMITED)
		return "null";
	if (type == TYPE_MILLI)
		return milli_text(v, ret);
	if (type == TYPE_TIME)
		return time_text(v, ret);
	if (type == TYPE_COUNT)
		snprintf(ret, 64, "%llu", (unsigned long long)v);
	if (type != TYPE_SIZE)
		return ret;
	while (u < 4 && v % 1024 == 0) {
		v /= 1024;
		u++;
	}
	snprintf(ret, 64, "%llu%s", (unsigned long long)v, units[u]);
	return ret;
}

static int set_number(struct policy *p, enum policy_field field, const char *text, struct err *e)
{
	const struct field_row *row = policy_field_row(field);
	const char *like = "no size; write for example 4GiB";
	char room[64];
	uint64_t v = 0;
	int r;

	if (strcmp(text, "null") == 0) {
		*(uint64_t *)at(p, field) = POLICY_UNLIMITED;
		return 0;
	}
	if (row->type == TYPE_SIZE) {
		r = num_size(text, &v);
	} else if (row->type == TYPE_TIME) {
		r = num_duration_ms(text, &v);
		like = "no time; write for example 30s, 5m or 1h30m";
	} else if (row->type == TYPE_MILLI) {
		r = num_milli(text, CPUS_MAX_MILLI, &v);
		like = "no number of processors; write for example 2 or 0.5";
	} else {
		r = num_u64(text, COUNT_MAX, &v);
		like = "no number from 1 to 4194304";
	}
	if (r < 0 || v == 0)
		return err_set(e, -EINVAL, "%s: \"%s\" is %s", row->name, text,
			       r == -ERANGE ? "out of range" : like);
	if (v < least[field])
		return err_set(e, -EINVAL, "%s: \"%s\" is too little; %s is the least", row->name,
			       text, number_text(row->type, least[field], room));
	*(uint64_t *)at(p, field) = v;
	return 0;
}

static int set_string(struct policy *p, enum policy_field field, const char *text, struct err *e)
{
	const char **s = at(p, field);

	if (text[0] == '\0')
		return err_set(e, -EINVAL, "%s: is empty; leave it out or write null",
			       policy_field_name(field));
	*s = strcmp(text, "null") == 0 ? NULL : arena_str(&p->arena, text);
	return *s == NULL && strcmp(text, "null") != 0 ? err_sys(e, -ENOMEM, "policy") : 0;
}

int policy_set(struct policy *p, enum policy_field field, const char *text, struct err *e)
{
	const struct field_row *row = policy_field_row(field);

	switch (row->type) {
	case TYPE_VERSION:
		if (strcmp(text, "1") != 0)
			return err_set(e, -EINVAL,
				       "version: \"%s\" is not known; this is version 1", text);
		return 0;
	case TYPE_STRING:
		return set_string(p, field, text, e);
	case TYPE_ENUM:
		return set_enum(p, field, text, e);
	case TYPE_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return err_set(e, -EINVAL, "%s: \"%s\" is neither true nor false",
				       row->name, text);
		*(bool *)at(p, field) = text[0] == 't';
		return 0;
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_MILLI:
	case TYPE_TIME:
		return set_number(p, field, text, e);
	case TYPE_LIST:
	case TYPE_HTTP:
	case TYPE_SECRETS:
	case TYPE_END:
		break;
	}
	return err_set(e, -EINVAL, "%s: needs a list, not \"%s\"", row->name, text);
}

/* A later value of a variable replaces the earlier one. The lists are the arena's: never shared. */
static void env_drop(struct policy_list *list, const char *text)
{
	size_t name = strcspn(text, "=") + 1;

	for (size_t i = 0; i < list->n; i++) {
		if (strncmp(list->v[i], text, name) != 0)
			continue;
		/* Entries move down by one; the array belongs to the policy being built. */
		memmove((void *)(uintptr_t)&list->v[i], &list->v[i + 1],
			(list->n - i - 1) * sizeof(list->v[0]));
		list->n--;
		return;
	}
}

int policy_add(struct policy *p, enum policy_field field, const char *text, struct err *e)
{
	struct policy_list *list = at(p, field);
	const char **v;
	int r = policy_check_entry(field, text, e);

	if (r < 0)
		return r;
	if (list->n >= LIST_MAX)
		return err_set(e, -E2BIG, "%s: has more than %u entries", policy_field_name(field),
			       LIST_MAX);
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], text) == 0)
			return 0;
	if (field == FIELD_ENV_SET)
		env_drop(list, text);
	v = arena_alloc(&p->arena, (list->n + 1) * sizeof(*v));
	if (v == NULL)
		return err_sys(e, -ENOMEM, "policy");
	if (list->n > 0)
		memcpy(v, list->v, list->n * sizeof(*v));
	v[list->n] = arena_str(&p->arena, text);
	if (v[list->n] == NULL)
		return err_sys(e, -ENOMEM, "policy");
	*list = (struct policy_list){ v, list->n + 1 };
	return 0;
}

void policy_clear(struct policy *p, enum policy_field field)
{
	*(struct policy_list *)at(p, field) = (struct policy_list){ NULL, 0 };
}

const char *policy_text(const struct policy *p, enum policy_field field, char ret[64])
{
	const struct field_row *row = policy_field_row(field);
	const void *v = (const char *)p + row->offset;

	switch (row->type) {
	case TYPE_VERSION:
		return "1";
	case TYPE_STRING:
		return *(const char *const *)v != NULL ? *(const char *const *)v : "null";
	case TYPE_ENUM:
		return row->choices[*(const int *)v];
	case TYPE_BOOL:
		return *(const bool *)v ? "true" : "false";
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_MILLI:
	case TYPE_TIME:
		return number_text(row->type, *(const uint64_t *)v, ret);
	case TYPE_LIST:
	case TYPE_HTTP:
	case TYPE_SECRETS:
	case TYPE_END:
		break;
	}
	return "";
}
