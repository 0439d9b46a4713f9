/* SPDX-License-Identifier: Apache-2.0 */
/* A process that cleans up after a supervisor that was killed. */
#ifndef SANDBOX_GUARD_H
#define SANDBOX_GUARD_H

#include <sys/types.h>

struct cgroup;

/*
 * struct guard - the process and the pipe whose end tells it that we are gone.
 */
struct guard {
	pid_t pid;
	int alive;
};

#define GUARD_INIT ((struct guard){ .pid = -1, .alive = -1 })

/*
 * guard_start - fork a process that removes groups and placeholders when this one ends, in whatever
 * way.
 * @box: fd of the sandbox's directory, which tells of the placeholders; negative when there will be
 *       none
 *
 * It holds nothing but the pipe, the groups' directories and that one. Returns 0 or negative errno.
 */
int guard_start(struct guard *g, const struct cgroup *groups, int box);

/*
 * guard_tell - which process has to be gone before the placeholders may go.
 * @init: pid 1 of the sandbox, not yet waited for
 *
 * Does nothing where there is no guard. Returns 0 or negative errno.
 */
int guard_tell(const struct guard *g, pid_t init);

/* Lets it go, after the groups were removed here. */
void guard_end(struct guard *g);

#endif
