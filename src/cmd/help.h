/* SPDX-License-Identifier: Apache-2.0 */
/* Help on a screen, from the same tables that the parser uses. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include <stdio.h>

struct command;

/* Prints the help of one command; returns 0. */
int help_command(const struct command *c);

/* Prints the list of commands; returns @status. */
int help_all(FILE *to, int status);

#endif
