/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel plan: the operations that a run would carry out. */
#include <errno.h>
#include <stdio.h>

#include "base/escape.h"
#include "cmd/command.h"
#include "cmd/context.h"
#include "cmd/rows.h"
#include "cmd/run_opts.h"
#include "plan/plan.h"
#include "plan/print.h"
#include "policy/fields.h"
#include "sandbox/run.h"

static int run(void *options, int argc, char **argv, struct err *e)
{
	struct run_args *args = options;
	CLEANUP(context_done) struct context c = { 0 };
	AUTO_BUF struct buf plan = BUF_INIT(PLAN_BYTES_MAX);
	AUTO_BUF struct buf text = BUF_INIT(PLAN_BYTES_MAX);
	char shell[] = "sh";
	char *no_command[] = { shell, NULL };
	struct run_request req = { .argv = argc > 0 ? argv : no_command,
				   .is_reckless = args->is_reckless };
	int r = context_load(args, req.argv[0], &c, e);

	if (r < 0)
		return r;
	req.policy = c.policy;
	req.has_host_network = c.has_host_network;
	req.home = c.home;
	req.cwd = c.cwd;
	r = run_plan(&req, &plan, e);
	if (r < 0)
		return r;
	plan_print((const struct plan *)(const void *)plan.p, args->is_json, policy_field_name_of,
		   &text);
	if (text.err)
		return err_sys(e, text.err, "plan");
	fwrite(text.p, 1, text.n, stdout);
	return 0;
}

const struct command cmd_plan = {
	.name = "plan",
	.synopsis = "[OPTION…] [--] [COMMAND [ARG…]]",
	.summary = "print the operations that a run would carry out",
	.description = "Takes the options of tiercel run. Nothing is run.",
	.opts = run_opts,
	.size = sizeof(struct run_args),
	.stops = 1,
	.run = run,
	.operand = OPERAND_COMMAND,
	.group = GROUP_EXPLAIN,
};
