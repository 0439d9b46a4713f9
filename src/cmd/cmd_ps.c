/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel ps, inspect, rm: the sandboxes that are kept. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/command.h"
#include "cmd/rows.h"
#include "sandbox/events.h"
#include "sandbox/record.h"
#include "sandbox/store.h"

#define NS_PER_S UINT64_C(1000000000)
#define RECORD_MAX (UINT64_C(4) << 20)

struct ps_args {
	bool is_all;
	bool is_json;
};

static const struct opt ps_opts[] = {
	{ 'a', "all", OPT_FLAG, offsetof(struct ps_args, is_all), NULL,
	  "also those that have ended", FIELD_NONE, NULL },
	{ 0, "json", OPT_FLAG, offsetof(struct ps_args, is_json), NULL, "one JSON object a line",
	  FIELD_NONE, NULL },
	{ 0 },
};

static void age(uint64_t start_ns, char ret[16])
{
	uint64_t s = (events_now() - start_ns) / NS_PER_S;

	if (s < 120)
		snprintf(ret, 16, "%llus", (unsigned long long)s);
	else if (s < 7200)
		snprintf(ret, 16, "%llum", (unsigned long long)s / 60);
	else
		snprintf(ret, 16, "%lluh", (unsigned long long)s / 3600);
}

static int raw_print(const struct store_box *box)
{
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);

	if (file_read(box->dir, "record.json", &text, NULL) < 0)
		return 0;
	for (size_t i = 0; i < text.n; i++)
		putchar(text.p[i] == '\n' ? ' ' : text.p[i]);
	putchar('\n');
	return 0;
}

static int ps_visit(struct store_box *box, void *arg)
{
	const struct ps_args *args = arg;
	bool is_running = store_is_running(box);
	struct record rec = { 0 };
	char old[16];

	if (!is_running && !args->is_all)
		return 0;
	if (args->is_json)
		return raw_print(box);
	if (record_load(box, &rec, NULL) < 0) {
		printf("%-14s %-10s %-6s %-8s %s\n", box->id, "damaged", "", "", "");
		return 0;
	}
	age(rec.start_ns, old);
	printf("%-14s %-10s %-6s %-8s %s\n", box->id,
	       is_running			    ? "running"
	       : strcmp(rec.status, "running") == 0 ? "dead"
						    : "ended",
	       old, rec.name != NULL ? rec.name : "", rec.command != NULL ? rec.command : "");
	record_done(&rec);
	return 0;
}

static int ps_run(void *options, int argc, char **argv, struct err *e)
{
	struct ps_args *args = options;

	if (argc > 0)
		return err_set(e, -EINVAL, "ps: takes no argument, not \"%s\"", argv[0]);
	if (!args->is_json)
		printf("%-14s %-10s %-6s %-8s %s\n", "ID", "STATUS", "AGE", "NAME", "COMMAND");
	return store_each(ps_visit, args, e);
}

const struct command cmd_ps = {
	.name = "ps",
	.synopsis = "[-a] [--json]",
	.summary = "list sandboxes",
	.description =
		"Running ones; with -a also those whose changes wait to be applied or discarded.",
	.opts = ps_opts,
	.size = sizeof(struct ps_args),
	.run = ps_run,
	.operand = OPERAND_NONE,
	.group = GROUP_RUN,
};

static const struct opt no_opts[] = { { 0 } };

static int inspect_run(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);
	int r;

	(void)options;
	if (argc != 1)
		return err_set(e, -EINVAL, "inspect: needs one sandbox; tiercel ps -a lists them");
	r = store_find(argv[0], &box, e);
	if (r == 0)
		r = file_read(box.dir, "record.json", &text, e);
	if (r < 0)
		return r;
	printf("%s\n", text.p);
	return 0;
}

const struct command cmd_inspect = {
	.name = "inspect",
	.synopsis = "ID",
	.summary = "print what is recorded about a sandbox, as JSON",
	.description = "The record of a sandbox: command, workspace, tier, times, exit status, and "
		       "where its changes are kept.",
	.opts = no_opts,
	.size = 0,
	.run = inspect_run,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_RUN,
};

struct rm_args {
	bool is_forced;
	bool is_all;
};

static const struct opt rm_opts[] = {
	{ 'f', "force", OPT_FLAG, offsetof(struct rm_args, is_forced), NULL,
	  "also one whose record is damaged", FIELD_NONE, NULL },
	{ 0, "all", OPT_FLAG, offsetof(struct rm_args, is_all), NULL,
	  "every sandbox that has ended", FIELD_NONE, NULL },
	{ 0 },
};

static int rm_visit(struct store_box *box, void *arg)
{
	return store_is_running(box) ? 0 : store_remove(box, arg);
}

static int rm_one(const char *which, struct err *e)
{
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	int r = store_find(which, &box, e);

	if (r < 0)
		return r;
	if (store_is_running(&box))
		return err_set(e, -EBUSY, "sandbox %s is running; end its command first", box.id);
	return store_remove(&box, e);
}

static int rm_run(void *options, int argc, char **argv, struct err *e)
{
	const struct rm_args *args = options;
	int r = 0;

	if (args->is_all)
		return store_each(rm_visit, e, e);
	if (argc == 0)
		return err_set(e, -EINVAL,
			       "rm: needs a sandbox, or --all; tiercel ps -a lists them");
	for (int i = 0; i < argc && r == 0; i++)
		r = rm_one(argv[i], e);
	return r;
}

const struct command cmd_rm = {
	.name = "rm",
	.synopsis = "[-f] ID… | --all",
	.summary = "remove sandboxes with what they changed",
	.description = "What was not applied is gone.",
	.opts = rm_opts,
	.size = sizeof(struct rm_args),
	.run = rm_run,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_RUN,
};
