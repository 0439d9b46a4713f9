/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of policy fields: name, type, default, help, and which way is tighter. */
#ifndef POLICY_FIELDS_H
#define POLICY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy.h"

enum field_type {
	TYPE_VERSION,
	TYPE_STRING, /* null is none */
	TYPE_ENUM,
	TYPE_BOOL,
	TYPE_LIST,
	TYPE_SIZE,
	TYPE_COUNT,
	TYPE_MILLI,
	TYPE_TIME,
	TYPE_HTTP,
	TYPE_SECRETS,
	TYPE_END
};

/* What a change of the value means for the walls. */
enum field_sense {
	SENSE_NONE,	/* says nothing about walls */
	SENSE_GRANT,	/* more entries, or a larger value, is looser */
	SENSE_DENY,	/* more entries is tighter; layers add to it */
	SENSE_RANK,	/* a later choice is tighter */
	SENSE_RANK_LOW, /* an earlier choice is tighter */
	SENSE_FIXED	/* any change counts as looser */
};

/*
 * struct field_row - one field.
 * @name:    dotted, as in the file
 * @offset:  of the value in struct policy
 * @choices: of an enum, ended by NULL
 */
struct field_row {
	const char *name;
	enum field_type type;
	enum field_sense sense;
	size_t offset;
	const char *const *choices;
	const char *help;
};

/* The row of a field; FIELD_NONE has an empty one. */
const struct field_row *policy_field_row(enum policy_field field);

/* The dotted name, as in the file; "" for FIELD_NONE. */
const char *policy_field_name(enum policy_field field);

/* The same for a number that a plan carries; "" for none. */
const char *policy_field_name_of(unsigned int field);

/* The field of a dotted name; FIELD_NONE when there is none. */
enum policy_field policy_field_of(const char *name);

/* Whether a field asks for nothing that would have to be enforced. */
bool policy_is_weakest(const struct policy *p, enum policy_field field);

/*
 * policy_nearest - the name closest to a mistyped one among those that follow a prefix.
 * @prefix: "" or "limits."
 *
 * Returns the next component of that name in @ret (capacity @n), or "" when none is near.
 */
void policy_nearest(const char *prefix, const char *typed, char *ret, size_t n);

#endif
