/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel internal: what the build and the shells' completion ask for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cmd/command.h"
#include "cmd/completion.h"
#include "cmd/man.h"
#include "cmd/rows.h"
#include "sandbox/record.h"
#include "sandbox/store.h"

#define TEXT_MAX (UINT64_C(1) << 20)

static const struct opt no_opts[] = { { 0 } };

static int sandbox_line(struct store_box *box, void *arg)
{
	struct record rec = { 0 };

	(void)arg;
	printf("%s\n", box->id);
	if (record_load(box, &rec, NULL) == 0 && rec.name != NULL)
		printf("%s\n", rec.name);
	record_done(&rec);
	return 0;
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	int r = -EINVAL;

	(void)options;
	if (argc == 1 && strcmp(argv[0], "sandboxes") == 0)
		return store_each(sandbox_line, NULL, e);
	if (argc == 2 && strcmp(argv[0], "man") == 0)
		r = man_page(argv[1], &text, e);
	else if (argc == 2 && strcmp(argv[0], "completion") == 0)
		r = completion_write(argv[1], &text, e);
	else
		return err_set(e, -EINVAL,
			       "internal: needs man PAGE, completion SHELL, or sandboxes");
	if (r == 0 && text.err)
		r = err_sys(e, text.err, "internal");
	if (r < 0)
		return r;
	fwrite(text.p, 1, text.n, stdout);
	return 0;
}

const struct command cmd_internal = {
	.name = "internal",
	.synopsis = "man PAGE | completion SHELL | sandboxes",
	.summary = "print manual pages, completion, names of sandboxes",
	.description = "For the build and for shells; what it prints may change.",
	.opts = no_opts,
	.size = 0,
	.group = GROUP_HIDDEN,
	.run = run,
};
