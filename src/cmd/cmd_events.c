/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel events: what was decided about a sandbox, and limits that it ran into. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/rows.h"
#include "cmd/table.h"
#include "sandbox/events_read.h"
#include "sandbox/store.h"

#define NS_PER_S 1000000000
#define CELL 32

struct events_args {
	bool is_json;
	bool is_followed;
};

static const struct opt events_opts[] = {
	{ 'f', "follow", OPT_FLAG, offsetof(struct events_args, is_followed), NULL,
	  "go on until the sandbox ends, a line for each event" },
	{ 0, "json", OPT_FLAG, offsetof(struct events_args, is_json), NULL,
	  "one JSON object a line" },
	{ 0 },
};

static const char *const headings[] = { "TIME", "TYPE", "COUNT", "TARGET", "REASON" };

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void when_of(const json_t *o, char ret[CELL])
{
	time_t s = (time_t)(json_integer_value(json_object_get(o, "time_ns")) / NS_PER_S);
	struct tm local;

	ret[0] = '\0';
	if (localtime_r(&s, &local) != NULL)
		strftime(ret, CELL, "%F %T", &local);
}

static void row(struct table *t, const json_t *o)
{
	char when[CELL], count[CELL];
	const char *cells[] = { when, text_of(o, "type"), count, text_of(o, "target"),
				text_of(o, "reason") };

	when_of(o, when);
	snprintf(count, sizeof(count), "%" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(o, "count")));
	table_row(t, cells);
}

static void object_print(const json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
}

static int print(const json_t *list, bool is_json)
{
	CLEANUP(table_done)
	struct table t = { .headings = headings, .columns = ARRAY_LEN(headings) };

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!is_json) {
			row(&t, json_array_get(list, i));
			continue;
		}
		object_print(json_array_get(list, i));
	}
	return is_json ? 0 : table_print(&t, stdout, table_screen());
}

static int follow(const json_t *o, void *arg)
{
	const struct events_args *args = arg;
	json_int_t count = json_integer_value(json_object_get(o, "count"));
	char when[CELL];

	if (args->is_json) {
		object_print(o);
	} else {
		when_of(o, when);
		printf("%s %s %s", when, text_of(o, "type"), text_of(o, "target"));
		if (count > 1)
			printf(" (%" JSON_INTEGER_FORMAT " times)", count);
		printf("%s%s\n", text_of(o, "reason")[0] != '\0' ? ": " : "", text_of(o, "reason"));
	}
	return fflush(stdout) == 0 ? 0 : -EPIPE;
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	struct events_args *args = options;
	json_t *list = NULL;
	int r;

	if (argc != 1)
		return err_set(e, -EINVAL, "events: needs one sandbox; tiercel ps -a lists them");
	r = store_find(argv[0], &box, e);
	if (r == 0 && args->is_followed)
		return events_tail(&box, follow, args, e);
	if (r == 0)
		r = events_load(box.dir, &list, e);
	if (r == 0)
		r = print(list, args->is_json);
	json_decref(list);
	return r;
}

const struct command cmd_events = {
	.name = "events",
	.synopsis = "[-f] [--json] SANDBOX",
	.summary = "list what a sandbox was refused and allowed",
	.description = "One line for each kind of act and target, with when it was first seen and "
		       "how often. A sandbox that runs is up to date to a factor of four. Types "
		       "are net.allow and net.close for what was reached, net.deny, net.connect, "
		       "net.dns, net.budget, net.error and net.lost for what was not, syscall, "
		       "limit.memory, limit.pids, limit.disk, limit.output, limit.time, and "
		       "dropped for kinds there was no room for. --json adds what is known of the "
		       "address, the bytes, the program that asked first, and the rule that is "
		       "missing.",
	.opts = events_opts,
	.size = sizeof(struct events_args),
	.run = run,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_RUN,
};
