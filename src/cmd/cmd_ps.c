/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel ps: the sandboxes that run, and those that are kept. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/rows.h"
#include "cmd/table.h"
#include "sandbox/events.h"
#include "sandbox/listing.h"
#include "sandbox/sweep.h"

#define NS_PER_S UINT64_C(1000000000)
#define CELL 32

struct ps_args {
	bool is_all;
	bool is_json;
};

static const struct opt ps_opts[] = {
	{ 'a', "all", OPT_FLAG, offsetof(struct ps_args, is_all), NULL,
	  "also those that have ended" },
	{ 0, "json", OPT_FLAG, offsetof(struct ps_args, is_json), NULL, "one JSON object a line" },
	{ 0 },
};

static const char *const headings[] = { "ID",	   "NAME",	"STATUS", "AGE",
					"CHANGED", "WORKSPACE", "COMMAND" };

/* A unit is left when two of the next are full: 119s, 2m, 119m, 2h, 47h, 2d. */
static void age(uint64_t start_ns, char ret[CELL])
{
	uint64_t now = events_now();
	uint64_t s = now > start_ns ? (now - start_ns) / NS_PER_S : 0;

	if (s < 120)
		snprintf(ret, CELL, "%" PRIu64 "s", s);
	else if (s < UINT64_C(120) * 60)
		snprintf(ret, CELL, "%" PRIu64 "m", s / 60);
	else if (s < UINT64_C(48) * 3600)
		snprintf(ret, CELL, "%" PRIu64 "h", s / 3600);
	else
		snprintf(ret, CELL, "%" PRIu64 "d", s / 86400);
}

static void row(struct table *t, const struct listed *l)
{
	char status[CELL] = "", old[CELL] = "", changed[CELL] = "";
	const char *cells[] = { l->id, l->rec.name, status, old, changed, NULL, l->rec.command };

	if (l->status == LISTING_EXITED)
		snprintf(status, CELL, "exited %" PRIu64, l->rec.exit_code);
	else
		snprintf(status, CELL, "%s", listing_word(l->status));
	if (l->rec.start_ns > 0)
		age(l->rec.start_ns, old);
	if (l->changed >= 0)
		snprintf(changed, CELL, "%" PRId64 "%s", l->changed, l->risky > 0 ? "!" : "");
	if (l->rec.roots_n > 0)
		cells[5] = l->rec.root[0].host;
	table_row(t, cells);
}

static int json_line(const struct listed *l, struct err *e)
{
	json_t *o = listing_json(l);
	int r = o != NULL ? json_dumpf(o, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) : -1;

	json_decref(o);
	putchar('\n');
	/* What stdout could not take is found when it is flushed. */
	return r < 0 && !ferror(stdout) ? err_sys(e, -ENOMEM, "ps") : 0;
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(listing_done) struct listing all = { 0 };
	CLEANUP(table_done)
	struct table t = { .headings = headings, .columns = ARRAY_LEN(headings) };
	const struct ps_args *args = options;
	int r;

	if (argc > 0)
		return err_set(e, -EINVAL, "ps: takes no argument, not \"%s\"", argv[0]);
	/* What cannot be cleared away is no reason to list nothing. */
	(void)sweep_store(NULL);
	r = listing_read(&all, e);
	for (size_t i = 0; i < all.n && r == 0; i++) {
		if (all.v[i].status != LISTING_RUNNING && !args->is_all)
			continue;
		if (args->is_json)
			r = json_line(&all.v[i], e);
		else
			row(&t, &all.v[i]);
	}
	if (r == 0 && !args->is_json)
		r = table_print(&t, stdout, table_screen());
	return r;
}

static const char *const examples[] = {
	"tiercel ps -a",
	"All sandboxes. An exclamation mark after the number of changed files says that some of "
	"them deserve a second look.",
	"tiercel ps -a --json | jq -r 'select(.status == \"dead\").id'",
	"Those whose supervisor was killed; what they changed can still be reviewed.",
	NULL,
};

const struct command cmd_ps = {
	.name = "ps",
	.synopsis = "[-a] [--json]",
	.summary = "list sandboxes",
	.description =
		"Lists the sandboxes that run, newest first; with -a also those that have ended "
		"and "
		"whose changes wait to be applied or discarded. One that changed nothing is not "
		"kept.\n\n"
		"A status is running, exited with the command's exit status, dead when the "
		"supervisor was killed, or damaged when its record cannot be read. What killed "
		"processes left and nobody can use is cleared away.",
	.opts = ps_opts,
	.size = sizeof(struct ps_args),
	.run = run,
	.examples = examples,
	.operand = OPERAND_NONE,
	.group = GROUP_RUN,
};
