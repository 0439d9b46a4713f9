/* SPDX-License-Identifier: Apache-2.0 */
/* Help on a screen, from the same tables that the parser uses. */
#ifndef CMD_HELP_H
#define CMD_HELP_H

#include "base/buf.h"

struct command;

/* Appends the help of one command; it fits 80 columns and 24 lines. */
void help_command(const struct command *c, struct buf *out);

/* Appends the list of commands; it fits as well. */
void help_all(struct buf *out);

#endif
