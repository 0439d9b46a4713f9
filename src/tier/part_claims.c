/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields of the policy this version can enforce at all. */
#include "tier/part_claims.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/fields.h"
#include "policy/policy.h"

/* Each waits for a part that is not built; a policy that asks for one is refused, not weakened. */
struct unbuilt {
	enum policy_field field;
	const char *why;
};

static const struct unbuilt unbuilt[] = {
	{ FIELD_LSM_APPARMOR, "entering an AppArmor profile" },
	{ FIELD_LSM_SELINUX, "entering an SELinux label" },
	{ FIELD_ASK_NETWORK, "asking a person during a run" },
	{ FIELD_ASK_EXEC, "asking a person during a run" },
	{ FIELD_IMAGE, "images need the container tier" },
};

static bool is_named(const struct policy_list *list, enum policy_field field)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->v[i], policy_field_name(field)) == 0)
			return true;
	return false;
}

/* What is required must hold, best_effort or not. */
static bool is_best_effort(const struct policy *p, enum policy_field field)
{
	return is_named(&p->best_effort, field) && !is_named(&p->require, field);
}

static int refuse(const struct policy *p, const struct unbuilt *u, struct err *e)
{
	const struct policy_origin *o = &p->origin[u->field];
	const char *name = policy_field_name(u->field);

	if (o->line > 0)
		return err_set(e, -EOPNOTSUPP,
			       "%s:%u:%u: %s cannot be enforced: %s, not built in this version",
			       o->source, o->line, o->column, name, u->why);
	return err_set(e, -EOPNOTSUPP, "%s: %s cannot be enforced: %s, not built in this version",
		       o->source != NULL ? o->source : "policy", name, u->why);
}

int part_claims_check(const struct policy *p, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(unbuilt); i++)
		if (!policy_is_weakest(p, unbuilt[i].field) && !is_best_effort(p, unbuilt[i].field))
			return refuse(p, &unbuilt[i], e);
	return 0;
}
