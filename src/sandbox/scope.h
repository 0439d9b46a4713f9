/* SPDX-License-Identifier: Apache-2.0 */
/* Asking systemd's user manager for a control group of our own: a transient scope. */
#ifndef SANDBOX_SCOPE_H
#define SANDBOX_SCOPE_H

#include <stdbool.h>
#include <sys/types.h>

#include "linux/cgroup.h"

struct policy;

enum scope_state {
	SCOPE_UNASKED,
	SCOPE_GIVEN,   /* this process is in it */
	SCOPE_ABSENT,  /* no user manager with a bus, or not ours to ask */
	SCOPE_REFUSED, /* asked, and no scope in time */
	SCOPE_END
};

/*
 * scope_is_wanted - whether a scope is worth the milliseconds that it costs.
 * @c: the groups that could be had without
 *
 * It is where an ordinary user wrote down a limit of memory or processors, or requires one, and
 * has no group to keep it. What the preset that nobody chose brings along is no such wish, and
 * rlimits count processes as well as a group does.
 */
bool scope_is_wanted(const struct policy *p, const struct cgroup *c);

/*
 * scope_enter - ask for "tiercel-ID.scope" with Delegate=yes, and wait until this process is in it.
 * @companion: a process of ours that is to be in it as well, or 0
 *
 * systemd removes the scope when its last process ends. Takes two seconds at most. The request is
 * made by busctl, by its fixed path, with an environment of two variables.
 * Source: org.freedesktop.systemd1(5), StartTransientUnit.
 */
enum scope_state scope_enter(const char *id, pid_t companion);

/* By what a limit is kept where there is no group for it, and why there is none. */
const char *scope_lesser(enum scope_state state, enum cgroup_kind kind);

#endif
