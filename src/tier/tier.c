/* SPDX-License-Identifier: Apache-2.0 */
/* The table of tiers, and the choice among them. */
#include "tier/tier.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "tier/namespace.h"

/* In order of weight. A tier without a compile function is a name that this version refuses. */
static const struct tier tiers[] = {
	{ TIER_PROCESS, "process", false, NULL, NULL },
	{ TIER_CHROOT, "chroot", false, NULL, NULL },
	{ TIER_NAMESPACE, "namespace", true, namespace_spaces, namespace_compile },
	{ TIER_CONTAINER, "container", false, NULL, NULL },
	{ TIER_VM, "vm", false, NULL, NULL },
	{ TIER_REMOTE, "remote", false, NULL, NULL },
};

static enum policy_tier floor_of(const struct policy *p)
{
	static const enum policy_tier floors[RISK_END] = {
		[RISK_LOW] = TIER_PROCESS,
		[RISK_MEDIUM] = TIER_NAMESPACE,
		[RISK_HIGH] = TIER_VM,
		[RISK_CRITICAL] = TIER_VM,
	};

	return floors[p->risk];
}

static const char *risk_name(enum policy_risk risk)
{
	static const char *const names[RISK_END] = { "low", "medium", "high", "critical" };

	return names[risk];
}

static const struct tier *choose_named(const struct policy *p, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(tiers); i++) {
		const struct tier *t = &tiers[i];

		if (t->id != p->tier)
			continue;
		if (!t->built)
			err_set(e, -EOPNOTSUPP,
				"tier %s is not built in this version; use namespace", t->name);
		else if (t->id < floor_of(p))
			err_set(e, -EOPNOTSUPP,
				"tier %s is below what risk: %s asks for (vm or remote)", t->name,
				risk_name(p->risk));
		else
			return t;
		return NULL;
	}
	return NULL;
}

const struct tier *tier_choose(const struct policy *p, struct err *e)
{
	if (p->tier != TIER_AUTO)
		return choose_named(p, e);
	for (size_t i = 0; i < ARRAY_LEN(tiers); i++)
		if (tiers[i].built && tiers[i].id >= floor_of(p))
			return &tiers[i];
	err_set(e, -EOPNOTSUPP,
		"risk: %s needs a virtual machine or another machine: vm and remote are not built "
		"in "
		"this version; namespace is the strongest wall there is (risk: medium)",
		risk_name(p->risk));
	return NULL;
}

const struct tier_path *tier_find(const struct tier_facts *f, const char *path)
{
	for (size_t i = 0; i < f->paths_n; i++)
		if (strcmp(f->paths[i].path, path) == 0)
			return &f->paths[i];
	return NULL;
}
