/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel discard: drop what a sandbox changed. */
#include <errno.h>

#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/review_open.h"
#include "cmd/rows.h"
#include "sandbox/removal.h"

struct discard_args {
	bool unused;
};

static const struct opt discard_opts[] = {
	{ 0 },
};

static int run_discard(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(review_open_done) struct review_open o = REVIEW_OPEN_INIT;
	int r;

	(void)options;
	if (argc > 1)
		return err_set(e, -EINVAL, "discard takes one sandbox, not %d words", argc);
	if (argc == 1)
		r = store_find(argv[0], &o.box, e);
	else
		r = review_open_box(&o, &argc, &argv, e);
	if (r < 0)
		return r;
	if (store_is_running(&o.box))
		return err_set(e, -EBUSY, "sandbox %s is still running", o.box.id);
	return store_remove(&o.box, e);
}

const struct command cmd_discard = {
	.name = "discard",
	.synopsis = "[ID]",
	.summary = "drop what a sandbox changed",
	.description = "Deletes the sandbox with all its pending changes; the host is left as it "
		       "is. Without ID it is the newest ended sandbox whose workspace contains "
		       "the current directory.",
	.opts = discard_opts,
	.size = sizeof(struct discard_args),
	.run = run_discard,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_REVIEW,
};
