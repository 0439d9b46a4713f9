/* SPDX-License-Identifier: Apache-2.0 */
/* The row of each command, defined in its own file. */
#ifndef CMD_ROWS_H
#define CMD_ROWS_H

struct command;

extern const struct command cmd_run;
extern const struct command cmd_ps;
extern const struct command cmd_inspect;
extern const struct command cmd_events;
extern const struct command cmd_rm;
extern const struct command cmd_plan;
extern const struct command cmd_explain;
extern const struct command cmd_policy;
extern const struct command cmd_doctor;
extern const struct command cmd_diff;
extern const struct command cmd_apply;
extern const struct command cmd_discard;
extern const struct command cmd_internal;

#endif
