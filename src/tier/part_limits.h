/* SPDX-License-Identifier: Apache-2.0 */
/* Limits: by cgroup where there is one, by rlimits and the supervisor's watch where not. */
#ifndef TIER_PART_LIMITS_H
#define TIER_PART_LIMITS_H

struct plan_builder;
struct policy;
struct tier_facts;

/* Each appends the operations of its phase. */
void part_limits_join(const struct tier_facts *f, struct plan_builder *b);
void part_limits_self(const struct policy *p, const struct tier_facts *f, struct plan_builder *b);

#endif
