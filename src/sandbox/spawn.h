/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the stage: its standard streams, a control socket, and nothing else. */
#ifndef SANDBOX_SPAWN_H
#define SANDBOX_SPAWN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct buf;

/*
 * spawn_find - the path of a program of ours: beside the running one, or where it was installed.
 * @path: PATH_MAX bytes
 *
 * Returns 0 or -ENOENT.
 */
int spawn_find(const char *name, char *path, struct err *e);

/*
 * spawn_stage - start the stage, which then waits for spawn_spaces and spawn_plan.
 * @stdio:       become its 0, 1 and 2, and later the command's (borrowed)
 * @ret_control: our end of the control socket, owned
 *
 * Returns the stage's pid or negative errno.
 */
pid_t spawn_stage(const int stdio[3], int *ret_control, struct err *e);

/*
 * spawn_spaces - let the stage make the namespaces of the sandbox.
 * @flags:  CLONE_NEW*
 * @groups: files that it writes to before, to enter its cgroups (borrowed)
 *
 * A stage that has ended is no error here: its last message says why.
 */
int spawn_spaces(int control, uint64_t flags, const int *groups, size_t groups_n, struct err *e);

/* spawn_plan - seal the plan and hand it to the stage. As root it has to come before the spaces. */
int spawn_plan(int control, const struct buf *plan, struct err *e);

#endif
