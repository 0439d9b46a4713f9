/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel run: a command in a new sandbox. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cmd/command.h"
#include "cmd/context.h"
#include "cmd/rows.h"
#include "cmd/run_opts.h"
#include "cmd/summary.h"
#include "sandbox/learn.h"
#include "sandbox/name.h"
#include "sandbox/room.h"
#include "sandbox/run.h"

#define LEARNED_MAX 262144

static bool wants_terminal(const struct run_args *args)
{
	return !args->is_piped && isatty(0) && isatty(1);
}

static void learned_print(const struct run_args *args, const struct run_result *res)
{
	AUTO_BUF struct buf text = BUF_INIT(LEARNED_MAX);

	if (!args->is_learning)
		return;
	learn_yaml(&res->reached, &res->log, &text);
	fputs(text.p != NULL ? text.p : "", stderr);
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	struct run_args *args = options;
	CLEANUP(context_done) struct context c = { 0 };
	struct run_request req = { .argv = argv,
				   .name = args->name,
				   .is_reckless = args->is_reckless };
	CLEANUP(run_result_done) struct run_result res = { 0 };
	struct summary_want want = { .is_json = args->is_json,
				     .is_quiet = args->is_quiet,
				     .report = args->report };
	int r;

	if (argc == 0 || argv[0][0] == '\0')
		return err_set(e, -EINVAL,
			       "run: no command; write for example tiercel run -- bash");
	r = room_check(e);
	if (r == 0 && args->name != NULL)
		r = name_check(args->name, e);
	if (r == 0 && args->report != NULL)
		r = summary_check(args->report, e);
	if (r == 0 && args->wants_tty && !isatty(0))
		r = err_set(e, -EINVAL, "-t: standard input is no terminal");
	if (r == 0)
		r = context_load(args, argv[0], &c, e);
	if (r < 0)
		return r;
	req.policy = c.policy;
	req.has_host_network = c.has_host_network;
	req.home = c.home;
	req.cwd = c.cwd;
	req.has_tty = wants_terminal(args);
	r = run_sandbox(&req, &res, e);
	if (r < 0)
		return r;
	learned_print(args, &res);
	r = summary_print(&res, c.policy, &want, e);
	return r < 0 ? r : res.exit_code;
}

static const char *const examples[] = {
	"tiercel run -- claude",
	"Let an agent work on the project in the current directory; its changes wait for you.",
	"tiercel run --allow github.com --allow \"*.pypi.org:443\" -- claude",
	"Let it reach these hosts, and no others.",
	"tiercel run --memory 2GiB --timeout 10m -- make test",
	"Run a test suite that may take 2 GiB and ten minutes.",
	"tiercel run --mode readonly -- python3 analyse.py",
	"Let a script read the project and write nothing.",
	"tiercel diff && tiercel apply",
	"Look at what the newest sandbox of this directory changed, and take it over.",
	NULL,
};

const struct command cmd_run = {
	.name = "run",
	.synopsis = "[OPTION…] [--] COMMAND [ARG…]",
	.summary = "run a command in a new sandbox",
	.description = "The command sees the system read-only, an empty home directory but for "
		       "what the policy "
		       "names, and the current directory as its workspace, at its own path. What "
		       "it changes there "
		       "is kept apart until tiercel apply or tiercel discard settles it.",
	.opts = run_opts,
	.size = sizeof(struct run_args),
	.stops = 1,
	.run = run,
	.examples = examples,
	.operand = OPERAND_COMMAND,
	.group = GROUP_RUN,
};
