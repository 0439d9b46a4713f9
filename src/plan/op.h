/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that a plan is made of: their layout, and the table of their kinds. */
#ifndef PLAN_OP_H
#define PLAN_OP_H

#include <stdint.h>

#include "plan/kind.h"

/*
 * struct plan_op - one operation, as it lies in the plan.
 * @kind:  enum plan_kind
 * @field: enum policy_field that it enforces; 0 for what every sandbox has
 * @a, @b: offset into the string area and length without the ending NUL
 */
struct plan_op {
	uint16_t kind;
	uint16_t field;
	uint32_t flags;
	uint32_t a, a_len;
	uint32_t b, b_len;
	uint64_t n[4];
};

_Static_assert(sizeof(struct plan_op) == 56, "plans are flat bytes; their shape is fixed");

/*
 * struct plan_shape - a row of the table of kinds.
 * @name:  word for people and for tests that leave an operation out
 * @phase: enum plan_phase
 * @flags: flags that may be set
 * @args:  letters: 'p' a is an absolute normal path, 'h' b is one, 'a' a is a string, 'b' b is
 * bytes
 */
struct plan_shape {
	const char *name;
	uint8_t phase;
	uint32_t flags;
	const char *args;
};

/*
 * plan_shape_of - the row of a kind. @kind must be below PLAN_KIND_END.
 */
const struct plan_shape *plan_shape_of(unsigned int kind);

#endif
