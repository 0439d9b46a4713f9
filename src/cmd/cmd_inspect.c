/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel inspect: what is recorded about a sandbox. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/command.h"
#include "cmd/rows.h"
#include "sandbox/listing.h"
#include "sandbox/report.h"

#define RECORD_MAX (UINT64_C(4) << 20)

struct inspect_args {
	bool is_json;
};

static const struct opt inspect_opts[] = {
	{ 0, "json", OPT_FLAG, offsetof(struct inspect_args, is_json), NULL,
	  "JSON, which it always is" },
	{ 0 },
};

/* The record as it lies there, with what the lock and the report know beside it. */
static int record_json(const struct store_box *box, json_t **ret, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(RECORD_MAX);
	CLEANUP(record_done) struct record rec = { 0 };
	int r = record_load(box, &rec, e);

	if (r == 0)
		r = file_read(box->dir, "record.json", &text, e);
	if (r < 0)
		return r;
	*ret = json_loadb(text.p, text.n, 0, NULL);
	return *ret != NULL ? 0 : err_sys(e, -ENOMEM, "record");
}

static int run(void *options, int argc, char **argv, struct err *e)
{
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	struct listed l;
	json_t *record = NULL;
	json_t *report = NULL;
	int r;

	(void)options;
	if (argc != 1)
		return err_set(e, -EINVAL, "inspect: needs one sandbox; tiercel ps -a lists them");
	r = store_find(argv[0], &box, e);
	if (r == 0)
		r = record_json(&box, &record, e);
	if (r == 0)
		r = report_load(box.dir, &report, e);
	if (r == 0) {
		listing_one(&box, &l);
		json_object_set_new(record, "status", json_string(listing_word(l.status)));
		json_object_set_new(record, "store", json_string(box.path));
		json_object_set_new(record, "report",
				    report != NULL ? json_incref(report) : json_null());
		json_dumpf(record, stdout,
			   JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
		putchar('\n');
		record_done(&l.rec);
	}
	json_decref(report);
	json_decref(record);
	return r;
}

const struct command cmd_inspect = {
	.name = "inspect",
	.synopsis = "SANDBOX",
	.summary = "print what is recorded about a sandbox, as JSON",
	.description = "The record of a sandbox: command, workspace, tier, times, exit status, and "
		       "where its changes are kept; and the report of its run, with a row for each "
		       "field of the policy that says where it came from and how it was enforced.",
	.opts = inspect_opts,
	.size = sizeof(struct inspect_args),
	.run = run,
	.operand = OPERAND_SANDBOX,
	.group = GROUP_RUN,
};
