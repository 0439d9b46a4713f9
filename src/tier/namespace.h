/* SPDX-License-Identifier: Apache-2.0 */
/* The namespace tier: all namespaces, a private root, Landlock and a system call filter. */
#ifndef TIER_NAMESPACE_H
#define TIER_NAMESPACE_H

#include <stdint.h>

#include "base/err.h"

struct plan_builder;
struct policy;
struct tier_facts;

/* CLONE_NEW* flags: every namespace, but for the network's where the host's is shared. */
uint64_t namespace_spaces(const struct tier_facts *f);

/*
 * namespace_compile - the plan of the namespace tier.
 *
 * Returns 0; -EOPNOTSUPP for a field that it cannot enforce, with the policy's line.
 */
int namespace_compile(const struct policy *p, const struct tier_facts *f, struct plan_builder *b,
		      struct err *e);

#endif
