/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */
#include "cmd/commands.h"

#include <errno.h>
#include <string.h>

#include "base/near.h"
#include "cmd/rows.h"

const struct command *const commands[] = {
	&cmd_run,     &cmd_ps,	 &cmd_inspect, &cmd_events, &cmd_rm,	 &cmd_diff,	&cmd_apply,
	&cmd_discard, &cmd_plan, &cmd_explain, &cmd_policy, &cmd_doctor, &cmd_internal, NULL,
};

const struct command *command_find(const char *name, struct err *e)
{
	struct near near = { .word = name };

	for (size_t i = 0; commands[i] != NULL; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		if (commands[i]->group != GROUP_HIDDEN)
			near_try(&near, commands[i]->name);
	}
	if (near.best != NULL)
		err_set(e, -EINVAL, "no command \"%s\"; did you mean %s?", name, near.best);
	else
		err_set(e, -EINVAL, "no command \"%s\"; tiercel help lists them", name);
	return NULL;
}
