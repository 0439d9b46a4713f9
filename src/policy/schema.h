/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON Schema of policy files, made from the table of fields. */
#ifndef POLICY_SCHEMA_H
#define POLICY_SCHEMA_H

#include <jansson.h>

/*
 * policy_schema - the schema, for editors.
 *
 * Returns an owned reference, or NULL when memory is spent. Source: json-schema.org, 2020-12.
 */
json_t *policy_schema(void);

#endif
