/* SPDX-License-Identifier: Apache-2.0 */
/* What a run ends with: a few lines on standard error, or JSON. */
#ifndef CMD_SUMMARY_H
#define CMD_SUMMARY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct policy;
struct run_result;

/*
 * struct summary_want - how it is to be told.
 * @is_json:  the report as JSON on standard error, in place of the lines
 * @is_quiet: nothing on standard error
 * @report:   file to write the JSON to, or NULL
 */
struct summary_want {
	bool is_json;
	bool is_quiet;
	const char *report;
};

/*
 * summary_check - whether a report could be written, before what it is about is done.
 * @path: file that may not exist yet; nothing is made
 *
 * Returns 0 or negative errno with @e filled.
 */
int summary_check(const char *path, struct err *e);

/*
 * summary_print - say how it went.
 *
 * Nothing is said when nothing changed, nothing was refused, the command succeeded and standard
 * error is no terminal. Returns 0, or negative errno when the report could not be written.
 */
int summary_print(const struct run_result *res, const struct policy *policy,
		  const struct summary_want *want, struct err *e);

/*
 * summary_text - append the lines: at most 12, each prefixed, all outside text printable.
 */
void summary_text(const struct run_result *res, const struct policy *policy, struct buf *out);

#endif
