/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the stage: a sealed plan, a control socket, and nothing else. */
#ifndef SANDBOX_SPAWN_H
#define SANDBOX_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

struct buf;

#define SPAWN_FDS_MAX 4

/*
 * struct spawn - what the stage gets. All descriptors are borrowed.
 * @stdio:  become its 0, 1 and 2, and later the command's
 * @cgroup: files that it writes to, to enter its cgroups
 */
struct spawn {
	const struct buf *plan;
	int stdio[3];
	int cgroup[SPAWN_FDS_MAX];
	size_t cgroup_n;
};

/*
 * spawn_stage - start the stage.
 * @ret_control: our end of the control socket, owned
 *
 * Returns the stage's pid or negative errno.
 */
pid_t spawn_stage(const struct spawn *s, int *ret_control, struct err *e);

#endif
