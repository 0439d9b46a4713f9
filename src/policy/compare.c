/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing policies: which fields widen, which tighten. */
#include "policy/compare.h"

#include <stdbool.h>
#include <string.h>

#include "base/path.h"
#include "policy/fields.h"
#include "policy/value.h"

/* Whether one entry of the list grants what @entry grants: the same text, or a path above it. */
static bool covers(const struct policy_list *list, const char *entry)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *have = list->v[i];
		bool is_path = have[0] == '/' || have[0] == '~';

		if (strcmp(have, entry) == 0 || (is_path && path_within(entry, have)))
			return true;
	}
	return false;
}

static bool all_covered(const struct policy_list *list, const struct policy_list *by)
{
	for (size_t i = 0; i < list->n; i++)
		if (!covers(by, list->v[i]))
			return false;
	return true;
}

static enum policy_change list_change(const struct policy_list *a, const struct policy_list *b,
				      enum field_sense sense)
{
	bool b_in_a = all_covered(b, a);
	bool a_in_b = all_covered(a, b);

	if (a_in_b && b_in_a)
		return CHANGE_EQUAL;
	if (sense == SENSE_DENY)
		return a_in_b ? CHANGE_TIGHTER : CHANGE_LOOSER;
	if (sense == SENSE_GRANT)
		return b_in_a ? CHANGE_TIGHTER : CHANGE_LOOSER;
	return CHANGE_OTHER;
}

static bool lists_same(const struct policy_list *a, const struct policy_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

static bool texts_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool http_same(const struct policy *a, const struct policy *b)
{
	if (a->net_http_n != b->net_http_n)
		return false;
	for (size_t i = 0; i < a->net_http_n; i++) {
		const struct policy_http *x = &a->net_http[i];
		const struct policy_http *y = &b->net_http[i];

		if (!texts_same(x->host, y->host) || !lists_same(&x->methods, &y->methods) ||
		    !lists_same(&x->paths, &y->paths))
			return false;
	}
	return true;
}

static bool secrets_same(const struct policy *a, const struct policy *b)
{
	if (a->secrets_n != b->secrets_n)
		return false;
	for (size_t i = 0; i < a->secrets_n; i++) {
		const struct policy_secret *x = &a->secrets[i];
		const struct policy_secret *y = &b->secrets[i];

		if (!texts_same(x->name, y->name) || !texts_same(x->from, y->from) ||
		    !texts_same(x->header, y->header) || !texts_same(x->query, y->query) ||
		    !texts_same(x->basic, y->basic) || !texts_same(x->body, y->body) ||
		    !lists_same(&x->hosts, &y->hosts))
			return false;
	}
	return true;
}

static enum policy_change order_change(uint64_t a, uint64_t b, bool is_more_looser)
{
	if (a == b)
		return CHANGE_EQUAL;
	return (b > a) == is_more_looser ? CHANGE_LOOSER : CHANGE_TIGHTER;
}

/* review keeps the host safe, readonly even more; direct does not. */
static enum policy_change mode_change(enum policy_mode a, enum policy_mode b)
{
	static const unsigned int looseness[MODE_END] = {
		[MODE_READONLY] = 0,
		[MODE_REVIEW] = 1,
		[MODE_DIRECT] = 2,
	};

	return order_change(looseness[a], looseness[b], true);
}

static enum policy_change text_change(const struct policy *a, const struct policy *b,
				      const struct field_row *row, enum policy_field field)
{
	char x[64];
	char y[64];

	if (strcmp(policy_text(a, field, x), policy_text(b, field, y)) == 0)
		return CHANGE_EQUAL;
	return row->sense == SENSE_FIXED ? CHANGE_LOOSER : CHANGE_OTHER;
}

enum policy_change policy_compare(const struct policy *a, const struct policy *b,
				  enum policy_field field)
{
	const struct field_row *row = policy_field_row(field);
	const void *x = (const char *)a + row->offset;
	const void *y = (const char *)b + row->offset;

	if (field == FIELD_WORKSPACE_MODE)
		return mode_change(a->workspace_mode, b->workspace_mode);
	switch (row->type) {
	case TYPE_LIST:
		return list_change(x, y, row->sense);
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_MILLI:
	case TYPE_TIME:
		return row->sense == SENSE_NONE
			       ? text_change(a, b, row, field)
			       : order_change(*(const uint64_t *)x, *(const uint64_t *)y, true);
	case TYPE_BOOL:
		return order_change(*(const bool *)x, *(const bool *)y, true);
	case TYPE_ENUM:
		if (row->sense == SENSE_RANK || row->sense == SENSE_RANK_LOW)
			return order_change((uint64_t) * (const int *)x,
					    (uint64_t) * (const int *)y,
					    row->sense == SENSE_RANK_LOW);
		return text_change(a, b, row, field);
	case TYPE_HTTP:
		return http_same(a, b) ? CHANGE_EQUAL : CHANGE_LOOSER;
	case TYPE_SECRETS:
		return secrets_same(a, b) ? CHANGE_EQUAL : CHANGE_LOOSER;
	case TYPE_STRING:
	case TYPE_VERSION:
	case TYPE_END:
		break;
	}
	return text_change(a, b, row, field);
}

enum policy_field policy_first_wider(const struct policy *a, const struct policy *b)
{
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		enum policy_field field = (enum policy_field)i;

		if (policy_compare(a, b, field) == CHANGE_LOOSER)
			return field;
	}
	return FIELD_NONE;
}
