/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel doctor: what this host offers, and what would mend the rest. */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "cmd/command.h"
#include "cmd/rows.h"
#include "sandbox/doctor.h"

struct doctor_args {
	bool is_json;
};

static const struct opt doctor_opts[] = {
	{ 0, "json", OPT_FLAG, offsetof(struct doctor_args, is_json), NULL, "as JSON", FIELD_NONE,
	  NULL },
	{ 0 },
};

static int json_print(const struct doctor_report *d, struct err *e)
{
	json_t *rows = json_array();
	int r;

	for (size_t i = 0; i < d->n; i++) {
		const struct doctor_row *row = &d->row[i];

		json_array_append_new(rows, json_pack("{s:s, s:b, s:s, s:s?}", "what", row->what,
						      "good", (int)row->is_good, "answer",
						      row->answer, "mend", row->mend));
	}
	r = json_dumpf(rows, stdout, JSON_INDENT(1));
	json_decref(rows);
	putchar('\n');
	return r < 0 ? err_sys(e, -ENOMEM, "doctor") : 0;
}

static void words_print(const struct doctor_report *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct doctor_row *row = &d->row[i];

		printf("%-4s %-22s %s\n", row->is_good ? "yes" : "no", row->what, row->answer);
		if (row->mend != NULL)
			printf("     %-22s mend: %s\n", "", row->mend);
	}
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	const struct doctor_args *args = options;
	AUTO_FREE struct doctor_report *d = calloc(1, sizeof(*d));
	int r = 0;

	if (argc > 0)
		return err_set(e, -EINVAL, "doctor: takes no argument, not \"%s\"", argv[0]);
	if (d == NULL)
		return err_sys(e, -ENOMEM, "doctor");
	doctor_examine(d);
	if (args->is_json)
		r = json_print(d, e);
	else
		words_print(d);
	return r < 0 ? r : d->is_namespace_usable ? 0 : 1;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.synopsis = "[--json]",
	.summary = "say what this host offers and what would mend the rest",
	.description = "Everything is found by trying it in a process that is gone afterwards. "
		       "Ends with 0 "
		       "when the namespace tier can be used, else with 1.",
	.opts = doctor_opts,
	.size = sizeof(struct doctor_args),
	.run = run,
	.group = GROUP_EXPLAIN,
};
