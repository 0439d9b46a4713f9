/* SPDX-License-Identifier: Apache-2.0 */
/* Plans in words. */
#ifndef PLAN_PRINT_H
#define PLAN_PRINT_H

#include <stdbool.h>

struct buf;
struct plan;

/*
 * plan_print - one line an operation: kind, arguments, and the policy's field that asked for it.
 * @p:          verified
 * @is_json:    one JSON object a line instead
 * @field_name: names a field by its number
 */
void plan_print(const struct plan *p, bool is_json, const char *(*field_name)(unsigned int),
		struct buf *out);

#endif
