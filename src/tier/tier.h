/* SPDX-License-Identifier: Apache-2.0 */
/* The tiers: pure functions from a policy and facts to a plan. No system calls here. */
#ifndef TIER_TIER_H
#define TIER_TIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "policy/policy.h"
#include "tier/facts.h"

struct plan_builder;

/*
 * struct tier - a row of the table.
 * @built:   this version can carry it out
 * @spaces:  CLONE_NEW* flags of a plan of this tier, so that they can be made before the plan
 * @compile: policy and facts to plan; 0, or -EOPNOTSUPP with the field, its line and what helps
 */
struct tier {
	enum policy_tier id;
	const char *name;
	bool built;
	uint64_t (*spaces)(const struct tier_facts *f);
	int (*compile)(const struct policy *p, const struct tier_facts *f, struct plan_builder *b,
		       struct err *e);
};

/*
 * tier_choose - the lightest usable tier at or above the policy's floor.
 *
 * Returns the row, or NULL with @e saying why, tier by tier.
 */
const struct tier *tier_choose(const struct policy *p, struct err *e);

/*
 * tier_find - the fact about a path; NULL when nobody looked there.
 */
const struct tier_path *tier_find(const struct tier_facts *f, const char *path);

#endif
