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
 * guard_start - fork a process that removes the groups when this one ends, in whatever way.
 *
 * It holds nothing but the pipe and the groups' directories. Returns 0 or negative errno.
 */
int guard_start(struct guard *g, const struct cgroup *groups);

/* Lets it go, after the groups were removed here. */
void guard_end(struct guard *g);

#endif
