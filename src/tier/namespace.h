/* SPDX-License-Identifier: Apache-2.0 */
/* The namespace tier: all namespaces, a private root, Landlock and a system call filter. */
#ifndef TIER_NAMESPACE_H
#define TIER_NAMESPACE_H

#include <linux/sched.h>

#include "base/err.h"

struct plan_builder;
struct policy;
struct tier_facts;

#define NAMESPACE_SPACES                                                                           \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP | CLONE_NEWTIME)

/*
 * namespace_compile - the plan of the namespace tier.
 *
 * Returns 0; -EOPNOTSUPP for a field that it cannot enforce, with the policy's line.
 */
int namespace_compile(const struct policy *p, const struct tier_facts *f, struct plan_builder *b,
		      struct err *e);

#endif
