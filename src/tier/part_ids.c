/* SPDX-License-Identifier: Apache-2.0 */
/* Who the payload is: ids, host name, network of its own, terminal, environment, command. */
#include "tier/part_ids.h"

#include "base/buf.h"
#include "plan/plan.h"
#include "tier/tier.h"

void part_ids_join(const struct tier_facts *f, struct plan_builder *b)
{
	struct plan_op map = { .kind = PLAN_MAP,
			       .flags = f->is_root ? PLAN_F_ROOT : 0u,
			       .n = { f->uid_in, f->uid_out, f->gid_in, f->gid_out } };

	plan_add(b, map, NULL, NULL, 0);
}

void part_ids_self(const struct tier_facts *f, struct plan_builder *b)
{
	plan_add(b, (struct plan_op){ .kind = PLAN_HOSTNAME }, f->hostname, NULL, 0);
	if (!f->has_host_network) {
		plan_add(b, (struct plan_op){ .kind = PLAN_LOOPBACK, .field = FIELD_NETWORK_ALLOW },
			 NULL, NULL, 0);
		plan_add(b, (struct plan_op){ .kind = PLAN_WATCH }, NULL, NULL, 0);
	}
	if (f->has_tty)
		plan_add(b, (struct plan_op){ .kind = PLAN_PTY }, NULL, NULL, 0);
	plan_add(b, (struct plan_op){ .kind = PLAN_KEYRING }, NULL, NULL, 0);
}

/* Appends an operation whose bytes are strings, each ended by a NUL of its own. */
static void add_strings(struct plan_builder *b, struct plan_op op, const char *a,
			const struct policy_list *list)
{
	AUTO_BUF struct buf bytes = BUF_INIT(PLAN_BYTES_MAX / 2);

	for (size_t i = 0; i < list->n; i++) {
		buf_str(&bytes, list->v[i]);
		buf_add(&bytes, "", 1);
	}
	op.n[0] = list->n;
	if (bytes.err)
		b->ops.err = bytes.err;
	else
		plan_add(b, op, a, bytes.p != NULL ? bytes.p : "", bytes.n);
}

void part_ids_exec(const struct tier_facts *f, struct plan_builder *b)
{
	add_strings(b, (struct plan_op){ .kind = PLAN_ENV, .field = FIELD_ENV_PASS }, NULL,
		    &f->env);
	add_strings(b, (struct plan_op){ .kind = PLAN_EXEC }, f->cwd, &f->argv);
}
