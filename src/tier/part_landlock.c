/* SPDX-License-Identifier: Apache-2.0 */
/* The second wall around files: what the mounts grant, said again in Landlock's words. */
#include "tier/part_landlock.h"

#include "plan/plan.h"
#include "tier/part_fs.h"
#include "tier/rights.h"
#include "tier/tier.h"

static void rule(struct plan_builder *b, enum policy_field field, const char *path, uint64_t rights)
{
	struct plan_op op = { .kind = PLAN_RULE, .field = (uint16_t)field, .n = { rights } };

	plan_add(b, op, path, NULL, 0);
}

static void rules_of_list(const struct tier_facts *f, struct plan_builder *b,
			  enum policy_field field, const struct policy_list *list, uint64_t rights)
{
	for (size_t i = 0; i < list->n; i++)
		if (part_fs_is_granted(f, list->v[i]))
			rule(b, field, list->v[i], rights);
}

static void fixed_rules(const struct tier_facts *f, struct plan_builder *b, uint64_t all)
{
	static const struct {
		const char *path;
		bool is_writable;
	} fixed[] = {
		{ "/dev", true },     { "/proc", false }, { "/tmp", true },
		{ "/var/tmp", true }, { "/run", true },
	};
	size_t n;
	const char *const *shown = part_fs_system(&n);

	rule(b, FIELD_NONE, "/", RIGHT_READ_DIR);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		rule(b, FIELD_NONE, fixed[i].path, fixed[i].is_writable ? all : RIGHTS_READ);
	for (size_t i = 0; i < n; i++) {
		const struct tier_path *t = tier_find(f, shown[i]);

		if (t != NULL && (t->type == OBJECT_DIR || t->type == OBJECT_FILE))
			rule(b, FIELD_NONE, shown[i], RIGHTS_READ);
	}
	rule(b, FIELD_NONE, f->home, all);
}

void part_landlock_compile(const struct policy *p, const struct tier_facts *f,
			   struct plan_builder *b)
{
	uint64_t all = rights_all(f->landlock_abi);
	bool is_readonly = p->workspace_mode == MODE_READONLY;
	struct plan_op op = { .kind = PLAN_LANDLOCK, .n = { all, 0, 0 } };

	if (f->landlock_abi < 1)
		return;
	op.n[2] = f->landlock_abi >= RIGHTS_SCOPE_ABI ? RIGHTS_SCOPES : 0;
	/* Granted for named sockets alone: those of the sandbox's own need no rule. */
	op.n[0] |= f->landlock_abi >= RESOLVE_UNIX_ABI ? RIGHT_RESOLVE_UNIX : 0;
	plan_add(b, op, NULL, NULL, 0);
	fixed_rules(f, b, all);
	rules_of_list(f, b, FIELD_FILES_READ, &p->read, RIGHTS_READ);
	rules_of_list(f, b, FIELD_FILES_WRITE, &p->write, all);
	for (size_t i = 0; i < f->sockets_n && f->landlock_abi >= RESOLVE_UNIX_ABI; i++)
		rule(b, FIELD_NETWORK_UNIX, f->sockets[i].path, RIGHT_RESOLVE_UNIX);
	for (size_t i = 0; i < f->roots_n; i++)
		rule(b, FIELD_WORKSPACE_PATH, f->root[i].host, is_readonly ? RIGHTS_READ : all);
}
