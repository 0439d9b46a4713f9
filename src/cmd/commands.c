/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */
#include <string.h>

#include "cmd/command.h"
#include "cmd/rows.h"

const struct command *const commands[] = {
	&cmd_run,   &cmd_ps,	  &cmd_inspect, &cmd_rm, &cmd_diff,
	&cmd_apply, &cmd_discard, &cmd_plan, &cmd_explain, &cmd_policy, NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}
