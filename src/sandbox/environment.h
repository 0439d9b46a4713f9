/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of the command: what the policy passes and sets, nothing else. */
#ifndef SANDBOX_ENVIRONMENT_H
#define SANDBOX_ENVIRONMENT_H

#include "base/arena.h"
#include "tier/tier.h"

/*
 * environment_make - fill @f->env.
 *
 * HOME, USER, LOGNAME, SHELL, PATH, TMPDIR, TIERCEL and container are always set, and where hosts
 * may be reached the variables that lead clients to a proxy; env.set has the last word. Returns 0
 * or -ENOMEM.
 */
int environment_make(const struct policy *p, struct tier_facts *f, struct arena *a);

/* The caller's user name, as the accounts file has it; "user" when it has none. */
const char *environment_user(void);

#endif
