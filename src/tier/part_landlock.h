/* SPDX-License-Identifier: Apache-2.0 */
/* The second wall around files: what the mounts grant, said again in Landlock's words. */
#ifndef TIER_PART_LANDLOCK_H
#define TIER_PART_LANDLOCK_H

struct plan_builder;
struct policy;
struct tier_facts;

/*
 * part_landlock_compile - append the ruleset and its rules; nothing where the kernel has no
 * Landlock.
 */
void part_landlock_compile(const struct policy *p, const struct tier_facts *f,
			   struct plan_builder *b);

#endif
