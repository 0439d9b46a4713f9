/* SPDX-License-Identifier: Apache-2.0 */
/* What a run needs before its plan: a checked workspace, its store, facts and groups. */
#ifndef SANDBOX_PREPARE_H
#define SANDBOX_PREPARE_H

#include "base/arena.h"
#include "linux/cgroup.h"
#include "sandbox/authority.h"
#include "sandbox/guard.h"
#include "sandbox/placeholder.h"
#include "sandbox/run.h"
#include "sandbox/scope.h"
#include "sandbox/secrets.h"
#include "tier/tier.h"

/*
 * struct prepared - owned by one run; prepare_done gives all back.
 * @stage:   set by the caller: the stage that waits already, or 0
 * @is_plan: nothing will be run, so that no secret is read
 * @is_copy: keep changes in a private copy instead of an overlay
 */
struct prepared {
	struct arena arena;
	struct store_box box;
	struct tier_facts facts;
	struct cgroup cgroup;
	enum scope_state scope;
	pid_t stage;
	struct guard guard;
	struct placeholders placeholders;
	struct secrets secrets;
	struct authority authority;
	int holds_watch;
	const char *cwd;
	uint64_t start_ns;
	bool is_plan;
	bool is_copy;
};

#define PREPARED_INIT                                                                              \
	((struct prepared){ .box = STORE_BOX_INIT,                                                 \
			    .cgroup = CGROUP_INIT,                                                 \
			    .guard = GUARD_INIT,                                                   \
			    .authority = AUTHORITY_INIT,                                           \
			    .holds_watch = -EBADF })

void prepare_done(struct prepared *p);

/* Checks the workspace and the working directory; nothing is made. */
int prepare_workspace(const struct run_request *req, struct prepared *p, struct err *e);

/* Makes the store, gathers the facts, makes the groups. */
int prepare_all(const struct run_request *req, struct prepared *p, struct err *e);

#endif
