/* SPDX-License-Identifier: Apache-2.0 */
/* The command of a sandbox: found in its PATH, started in a process group of its own. */
#ifndef STAGE_COMMAND_H
#define STAGE_COMMAND_H

#include <sys/types.h>

struct stage;

/*
 * command_start - start the command of the plan; its pid goes to @s.
 *
 * Returns 0, or negative errno: of execve when @s has a pid (-ENOENT not found, else it cannot be
 * executed), else of making the process.
 */
int command_start(struct stage *s);

/*
 * command_foreground - give a process group the terminal, where there is one.
 */
void command_foreground(pid_t group);

#endif
