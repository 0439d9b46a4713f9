/* SPDX-License-Identifier: Apache-2.0 */
/* Walls taken away on purpose, in a build for tests alone. */
#include "stage/ablate.h"

#ifdef STAGE_ABLATE

#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/op.h"

bool ablate_skips(unsigned int kind)
{
	const char *name = getenv("TIERCEL_ABLATE");

	return name != NULL && strcmp(name, plan_shape_of(kind)->name) == 0;
}

uint64_t ablate_clone(uint64_t flags)
{
	static const struct {
		const char *name;
		uint64_t flag;
	} spaces[] = {
		{ "clone:net", CLONE_NEWNET },	     { "clone:ipc", CLONE_NEWIPC },
		{ "clone:uts", CLONE_NEWUTS },	     { "clone:pid", CLONE_NEWPID },
		{ "clone:cgroup", CLONE_NEWCGROUP }, { "clone:time", CLONE_NEWTIME },
	};
	const char *name = getenv("TIERCEL_ABLATE");

	for (size_t i = 0; name != NULL && i < ARRAY_LEN(spaces); i++)
		if (strcmp(name, spaces[i].name) == 0)
			return flags & ~spaces[i].flag;
	return flags;
}

#endif
