/* SPDX-License-Identifier: Apache-2.0 */
/* Who the payload is: ids, host name, network of its own, terminal, environment, command. */
#ifndef TIER_PART_IDS_H
#define TIER_PART_IDS_H

struct plan_builder;
struct tier_facts;

/* Each appends the operations of its phase. */
void part_ids_join(const struct tier_facts *f, struct plan_builder *b);
void part_ids_self(const struct tier_facts *f, struct plan_builder *b);
void part_ids_exec(const struct tier_facts *f, struct plan_builder *b);

#endif
