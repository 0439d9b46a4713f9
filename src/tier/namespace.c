/* SPDX-License-Identifier: Apache-2.0 */
/* The namespace tier: all namespaces, a private root, Landlock and a system call filter. */
#include "tier/namespace.h"

#include <linux/sched.h>

#include "plan/plan.h"
#include "tier/part_claims.h"
#include "tier/part_egress.h"
#include "tier/part_fs.h"
#include "tier/part_ids.h"
#include "tier/part_landlock.h"
#include "tier/part_limits.h"
#include "tier/part_syscalls.h"
#include "tier/tier.h"

uint64_t namespace_spaces(const struct tier_facts *f)
{
	uint64_t others = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
			  CLONE_NEWCGROUP | CLONE_NEWTIME;

	return f->has_host_network ? others : others | CLONE_NEWNET;
}

static void privileges(struct plan_builder *b)
{
	plan_add(b, (struct plan_op){ .kind = PLAN_CAPS }, NULL, NULL, 0);
	plan_add(b, (struct plan_op){ .kind = PLAN_NO_NEW_PRIVS }, NULL, NULL, 0);
}

int namespace_compile(const struct policy *p, const struct tier_facts *f, struct plan_builder *b,
		      struct err *e)
{
	int r = part_claims_check(p, e);

	if (r == 0 && f->has_host_network)
		r = part_egress_check_host(p, f, e);
	if (r < 0)
		return r;
	plan_add(b, (struct plan_op){ .kind = PLAN_CLONE, .n = { namespace_spaces(f) } }, NULL,
		 NULL, 0);
	part_ids_join(f, b);
	part_limits_join(f, b);
	r = part_fs_compile(p, f, b, e);
	if (r < 0)
		return r;
	plan_add(b, (struct plan_op){ .kind = PLAN_PIVOT }, NULL, NULL, 0);
	part_ids_self(f, b);
	r = part_egress_compile(p, b, e);
	if (r < 0)
		return r;
	part_limits_self(p, f, b);
	privileges(b);
	part_landlock_compile(p, f, b);
	r = part_syscalls_compile(p, f, b, e);
	if (r < 0)
		return r;
	part_ids_exec(f, b);
	return 0;
}
