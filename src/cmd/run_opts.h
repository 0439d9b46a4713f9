/* SPDX-License-Identifier: Apache-2.0 */
/* Options of every command that needs a policy: run, plan, explain. */
#ifndef CMD_RUN_OPTS_H
#define CMD_RUN_OPTS_H

#include <stdbool.h>

#include "cmd/opt.h"

struct run_args {
	const char *policy;
	const char *preset;
	const char *name;
	const char *report;
	const char *network;
	bool is_json;
	bool is_quiet;
	bool is_piped;
	bool wants_tty;
	bool wants_input;
	bool is_reckless;
	bool is_learning;
	struct opt_fields fields;
};

extern const struct opt run_opts[];

#endif
