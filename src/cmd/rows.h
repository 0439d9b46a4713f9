/* SPDX-License-Identifier: Apache-2.0 */
/* The row of each command, defined in its own file. */
#ifndef CMD_ROWS_H
#define CMD_ROWS_H

struct command;

extern const struct command cmd_run;
extern const struct command cmd_ps;
extern const struct command cmd_inspect;
extern const struct command cmd_rm;
extern const struct command cmd_plan;

#endif
