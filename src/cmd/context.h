/* SPDX-License-Identifier: Apache-2.0 */
/* Where a command stands: home, working directory, and the policy of all layers. */
#ifndef CMD_CONTEXT_H
#define CMD_CONTEXT_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"

struct policy;
struct run_args;

struct context {
	char home[PATH_MAX];
	char cwd[PATH_MAX];
	struct policy *policy;
	bool has_host_network;
};

void context_done(struct context *c);

/* Home and working directory, as real paths. */
int context_places(struct context *c, struct err *e);

/*
 * context_load - the same, the policy, and what flags alone may say.
 * @command: program to be run, which may choose an agent's preset; may be NULL
 */
int context_load(const struct run_args *args, const char *command, struct context *c,
		 struct err *e);

#endif
