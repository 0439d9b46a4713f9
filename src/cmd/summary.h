/* SPDX-License-Identifier: Apache-2.0 */
/* What a run ends with: a few lines on standard error, or JSON. */
#ifndef CMD_SUMMARY_H
#define CMD_SUMMARY_H

#include <stdbool.h>

#include "base/err.h"

struct run_result;

/*
 * summary_print - say how it went.
 * @is_json:  as JSON
 * @report:   file to write the JSON to, or NULL
 * @is_quiet: nothing on standard error
 *
 * Nothing is said when nothing changed, nothing was refused, the command succeeded and standard
 * error is no terminal. Returns 0, or negative errno when the report could not be written.
 */
int summary_print(const struct run_result *res, bool is_json, const char *report, bool is_quiet,
		  struct err *e);

#endif
