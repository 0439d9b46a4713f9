/* SPDX-License-Identifier: Apache-2.0 */
/* Limits: by cgroup where there is one, by rlimits and the supervisor's watch where not. */
#include "tier/part_limits.h"

#include <sys/resource.h>

#include "plan/plan.h"
#include "tier/tier.h"

#define MEMLOCK_BYTES (UINT64_C(64) << 10)
/*
 * No core file is that small; and it is the one limit at which the kernel does not hand the core to
 * a program of the host either, which would run as root out there (fs/coredump.c; with 0 it does).
 * The filter sees to it that it stays.
 */
#define CORE_BYTES 1
#define SPARE_PROCESSES 2 /* pid 1, and one that is too many, by which the supervisor sees it */

void part_limits_join(const struct tier_facts *f, struct plan_builder *b)
{
	struct plan_op op = { .kind = PLAN_CGROUP, .n = { 0, f->cgroup_fds } };

	if (f->cgroup_fds > 0)
		plan_add(b, op, f->cgroup_memory != NULL ? f->cgroup_memory : "cgroup", NULL, 0);
}

static void rlimit(struct plan_builder *b, enum policy_field field, unsigned int resource,
		   uint64_t value)
{
	struct plan_op op = { .kind = PLAN_RLIMIT,
			      .field = (uint16_t)field,
			      .n = { resource, value } };

	plan_add(b, op, NULL, NULL, 0);
}

void part_limits_self(const struct policy *p, const struct tier_facts *f, struct plan_builder *b)
{
	const struct policy_limits *l = &p->limits;
	uint64_t cpus = l->cpus == POLICY_UNLIMITED ? 0 : (l->cpus + 999) / 1000;

	if (cpus > 0 && f->cgroup_cpu == NULL && cpus < f->processors)
		plan_add(b,
			 (struct plan_op){
				 .kind = PLAN_AFFINITY, .field = FIELD_LIMITS_CPUS, .n = { cpus } },
			 NULL, NULL, 0);
	rlimit(b, FIELD_NONE, RLIMIT_CORE, CORE_BYTES);
	rlimit(b, FIELD_NONE, RLIMIT_MEMLOCK, MEMLOCK_BYTES);
	if (l->files != POLICY_UNLIMITED)
		rlimit(b, FIELD_LIMITS_FILES, RLIMIT_NOFILE, l->files);
	if (l->disk != POLICY_UNLIMITED)
		rlimit(b, FIELD_LIMITS_DISK, RLIMIT_FSIZE, l->disk);
	/* Counted by user namespace and uid since Linux 5.14, so it is the sandbox's own count. */
	if (l->pids != POLICY_UNLIMITED && f->cgroup_pids == NULL)
		rlimit(b, FIELD_LIMITS_PIDS, RLIMIT_NPROC, l->pids + SPARE_PROCESSES);
}
