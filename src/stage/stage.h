/* SPDX-License-Identifier: Apache-2.0 */
/* The state that the stage carries from operation to operation. */
#ifndef STAGE_STAGE_H
#define STAGE_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "linux/netns.h"
#include "linux/userns.h"
#include "plan/plan.h"

/*
 * struct stage - lives on the stack of main; descriptors start at -EBADF.
 * @plan:    verified, read-only pages; NULL until it came
 * @control: socket to the supervisor
 * @spaces:  CLONE_NEW* flags that were ordered, 0 before
 * @groups:  how many cgroups were entered
 * @is_host_root: the clone was made as root of the first user namespace, or with its group * @tree:
 * detached trees by operation, taken by root before it gives its uid up
 * @root:    the root directory in the making
 * @store:   upper and work directories for the overlay that follows
 * @ruleset: Landlock rules in the making
 * @ready:   READY_* bits of what is held for the supervisor
 */
struct stage {
	const struct plan *plan;
	int control;
	uint32_t spaces;
	uint32_t groups;
	bool is_host_root;
	bool has_left_root;
	int idmap; /* user namespace of the last owner that was mapped */
	uint32_t idmap_uid;
	uint32_t idmap_gid;
	int *tree;
	int root;
	int store;
	int ruleset;
	uint64_t rights;
	int pty;
	int tty;
	int notify;
	int watch[NETNS_WATCH_FDS];
	struct userns_map map;
	const struct plan_op *env;
	const struct plan_op *exec;
	pid_t command;
};

/*
 * stage_op - carry out one operation inside the sandbox.
 * @i: its index in the plan
 */
int stage_op(struct stage *s, uint32_t i, struct err *e);

#endif
