/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's secrets: values for the proxy alone, and placeholders for the sandbox. */
#ifndef SANDBOX_SECRETS_H
#define SANDBOX_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "policy/types.h"

#define SECRETS_MAX 64

struct run_request;

/*
 * struct secrets - zero it; in the policy's order.
 * @value:       memfds (owned), each with one value
 * @placeholder: what stands for it inside; of the same shape, and of a new one for each run
 * @env:         NAME=PLACEHOLDER strings; all texts belong to the arena
 */
struct secrets {
	size_t n;
	int value[SECRETS_MAX];
	const char *placeholder[SECRETS_MAX];
	struct policy_list env;
};

/*
 * secrets_gather - read the values from where the policy says.
 * @is_plan: read none, and name placeholders that stand for nothing
 *
 * Values are in memfds at once, and in no other memory of ours on return. Returns 0; -ENOENT for
 * what is not there; -EINVAL for what cannot stand in a request; else negative errno. @e names the
 * secret and never its value.
 */
int secrets_gather(const struct run_request *req, bool is_plan, struct arena *a,
		   struct secrets *ret, struct err *e);

void secrets_done(struct secrets *s);

#endif
