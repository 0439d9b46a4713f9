/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel rm: remove sandboxes. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/rows.h"
#include "sandbox/removal.h"
#include "sandbox/stop.h"
#include "sandbox/store.h"
#include "sandbox/sweep.h"

struct rm_args {
	bool is_forced;
	bool is_all;
};

static const struct opt rm_opts[] = {
	{ 'f', "force", OPT_FLAG, offsetof(struct rm_args, is_forced), NULL,
	  "end it first if it runs; no complaint if there is none" },
	{ 0, "all", OPT_FLAG, offsetof(struct rm_args, is_all), NULL,
	  "every sandbox that has ended; with -f all of them" },
	{ 0 },
};

/* One that changed nothing is gone as soon as its command has ended. */
static int remove_forced(struct store_box *box, struct err *e)
{
	CLEANUP(store_box_done) struct store_box again = STORE_BOX_INIT;
	int r = stop_now(box, e);

	if (r < 0)
		return r;
	r = store_find(box->id, &again, NULL);
	return r == -ENOENT ? 0 : store_remove(&again, e);
}

static int rm_one(const char *which, bool is_forced, struct err *e)
{
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	int r = store_find(which, &box, e);

	if (r == -ENOENT && is_forced)
		return 0;
	if (r < 0)
		return r;
	if (is_forced)
		return remove_forced(&box, e);
	if (store_is_running(&box))
		return err_set(e, -EBUSY, "sandbox %s is running; tiercel rm -f %s ends it first",
			       which, which);
	return store_remove(&box, e);
}

struct all {
	bool is_forced;
	int r;
	struct err *e;
};

/* One that cannot be removed is told in the end; the others go. */
static int rm_visit(struct store_box *box, void *arg)
{
	struct all *all = arg;
	struct err *e = all->r < 0 ? NULL : all->e;
	int r = 0;

	if (all->is_forced)
		r = remove_forced(box, e);
	else if (!store_is_running(box))
		r = store_remove(box, e);
	all->r = all->r < 0 ? all->r : r;
	return 0;
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	const struct rm_args *args = options;
	struct all all = { .is_forced = args->is_forced, .e = e };
	int r = 0;

	if (args->is_all && argc > 0)
		return err_set(e, -EINVAL, "rm: --all and \"%s\" do not go together", argv[0]);
	if (!args->is_all && argc == 0)
		return err_set(e, -EINVAL,
			       "rm: needs a sandbox, or --all; tiercel ps -a lists them");
	if (args->is_all) {
		r = store_each(rm_visit, &all, e);
		r = r < 0 ? r : all.r;
	}
	for (int i = 0; i < argc && r == 0; i++)
		r = rm_one(argv[i], args->is_forced, e);
	return r < 0 ? r : sweep_store(e);
}

static const char *const examples[] = {
	"tiercel rm brave-heron",
	"Remove one sandbox with all that it changed.",
	"tiercel rm --all",
	"Remove all that have ended, and what killed processes have left in the store.",
	NULL,
};

const struct command cmd_rm = {
	.name = "rm",
	.synopsis = "[-f] SANDBOX... | [-f] --all",
	.summary = "remove sandboxes with what they changed",
	.description = "Removes sandboxes that have ended, by name, by id, or by the beginning of "
		       "an id. What was not applied is gone. One that runs is refused unless -f "
		       "ends it.",
	.opts = rm_opts,
	.size = sizeof(struct rm_args),
	.run = run,
	.examples = examples,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_RUN,
};
