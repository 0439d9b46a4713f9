/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a policy: YAML that loads back to the same policy, and JSON. */
#ifndef POLICY_PRINT_H
#define POLICY_PRINT_H

#include <jansson.h>

#include "base/buf.h"

struct policy;

/*
 * policy_yaml - append the policy as a document, each line with where its value came from.
 * @b: filled; its sticky error says whether all of it fitted
 */
void policy_yaml(const struct policy *p, struct buf *b);

/*
 * policy_json - the policy as a JSON object of the same shape; it is a policy document too.
 *
 * Returns an owned reference, or NULL when memory is spent.
 */
json_t *policy_json(const struct policy *p);

#endif
