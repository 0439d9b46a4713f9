/* SPDX-License-Identifier: Apache-2.0 */
/* Facts for the tier: what lies at the paths that a plan may name, and who the caller is. */
#ifndef SANDBOX_FACTS_H
#define SANDBOX_FACTS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "tier/tier.h"

struct facts_input {
	const char *home;
	const char *cwd;
	char *const *argv; /* ended by NULL */
	const char *id;
	struct policy_list placeholders;
	bool has_tty;
	bool has_host_network;
};

/*
 * facts_gather - fill the facts that need system calls. Roots and cgroups are filled by the run.
 * @a: owns what the facts point at
 *
 * Returns 0 or negative errno.
 */
int facts_gather(const struct policy *p, const struct facts_input *in, struct arena *a,
		 struct tier_facts *ret, struct err *e);

/* The kind of object that a mode tells of. */
enum tier_object facts_object(mode_t mode);

#endif
