/* SPDX-License-Identifier: Apache-2.0 */
/* Values of fields, read from text by the field's type and never by the look of the text. */
#ifndef POLICY_VALUE_H
#define POLICY_VALUE_H

#include "base/err.h"
#include "policy/policy.h"

/*
 * policy_set - give a field that is no list its value.
 * @text: as written; "null" is none for strings and limits
 *
 * Returns 0, or -EINVAL with what would be right; the caller adds where it stood.
 */
int policy_set(struct policy *p, enum policy_field field, const char *text, struct err *e);

/*
 * policy_add - append an entry to a list field.
 */
int policy_add(struct policy *p, enum policy_field field, const char *text, struct err *e);

/*
 * policy_clear - empty a list field before a file's own list replaces it.
 */
void policy_clear(struct policy *p, enum policy_field field);

/*
 * policy_text - a value as the file would have it, lists aside.
 * @ret: at least 64 bytes
 */
const char *policy_text(const struct policy *p, enum policy_field field, char ret[64]);

#endif
