/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of a list field must look like. */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include "base/err.h"
#include "policy/field.h"

/*
 * policy_check_entry - whether a list field may hold an entry.
 *
 * Returns 0, or -EINVAL with the field, the entry and what would be right.
 */
int policy_check_entry(enum policy_field field, const char *text, struct err *e);

#endif
