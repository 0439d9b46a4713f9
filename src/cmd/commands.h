/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/command.h"

/* All commands, ended by NULL, in the order in which help and manual page list them. */
extern const struct command *const commands[];

/*
 * command_find - the command of a name.
 * @e: filled with the nearest name when there is none; may be NULL
 */
const struct command *command_find(const char *name, struct err *e);

#endif
