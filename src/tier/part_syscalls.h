/* SPDX-License-Identifier: Apache-2.0 */
/* The system call filter: a profile, what the policy adds and takes away, compiled to BPF. */
#ifndef TIER_PART_SYSCALLS_H
#define TIER_PART_SYSCALLS_H

#include "base/err.h"

struct plan_builder;
struct policy;
struct tier_facts;

/*
 * part_syscalls_compile - append the filter.
 *
 * Returns 0; -EINVAL for a name that is no system call; -EOPNOTSUPP for one that pid 1 of the
 * sandbox cannot do without.
 */
int part_syscalls_compile(const struct policy *p, const struct tier_facts *f,
			  struct plan_builder *b, struct err *e);

#endif
