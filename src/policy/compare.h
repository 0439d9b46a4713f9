/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing policies: which fields widen, which tighten. */
#ifndef POLICY_COMPARE_H
#define POLICY_COMPARE_H

#include "policy/field.h"

struct policy;

enum policy_change { CHANGE_EQUAL, CHANGE_TIGHTER, CHANGE_LOOSER, CHANGE_OTHER, CHANGE_END };

/*
 * policy_compare - what a field's change from @a to @b means.
 *
 * CHANGE_OTHER: different in a way that is neither tighter nor harmless to call equal.
 */
enum policy_change policy_compare(const struct policy *a, const struct policy *b,
				  enum policy_field field);

/*
 * policy_first_wider - the first field that @b does not keep as tight as @a; FIELD_NONE when it
 * does.
 */
enum policy_field policy_first_wider(const struct policy *a, const struct policy *b);

#endif
