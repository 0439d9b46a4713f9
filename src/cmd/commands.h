/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. Each cmd_NAME.c defines one of the rows declared here. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/command.h"

/* In the order in which the help lists them; a row lands here and in commands.c with its file. */
extern const struct command cmd_ps;
extern const struct command cmd_inspect;
extern const struct command cmd_events;
extern const struct command cmd_rm;
extern const struct command cmd_internal;

/*
 * commands_all - every command, hidden ones included; NULL ends the list.
 */
const struct command *const *commands_all(void);

/*
 * commands_find - the command of a name.
 * @list: NULL-ended, as of commands_all or a command's @sub
 * @e:    filled with the nearest name when there is none
 */
const struct command *commands_find(const struct command *const *list, const char *name,
				    struct err *e);

#endif
