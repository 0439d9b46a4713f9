/* SPDX-License-Identifier: Apache-2.0 */
/* Reads policy files: a strict schema over YAML events, no implicit typing. */
#ifndef POLICY_LOAD_H
#define POLICY_LOAD_H

#include <stddef.h>

#include "base/err.h"
#include "policy/policy.h"

/*
 * policy_load_text - lay a document over a policy.
 * @text, @n: YAML
 * @source:   name for messages and origins (borrowed; copied into the policy)
 *
 * Returns 0, or negative errno with "source:line:column: what is wrong". The policy may be half
 * changed on failure and is then to be freed.
 */
int policy_load_text(struct policy *p, const char *text, size_t n, const char *source,
		     struct err *e);

/*
 * policy_load_file - the same for a file; it must be a regular file of the user's or root's that
 * nobody else may write.
 *
 * Returns 1 when read, 0 when there is no such file, else negative errno.
 */
int policy_load_file(struct policy *p, const char *path, struct err *e);

#endif
