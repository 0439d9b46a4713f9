/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a run: how it went, and what became of each field of the policy. */
#ifndef SANDBOX_REPORT_H
#define SANDBOX_REPORT_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

struct policy;
struct run_result;

/*
 * report_json - the report as an object.
 * @res:    of a run that came to its end
 * @policy: what was asked for
 *
 * "fields" has a row for each field that asks for something: its value, where that came from, the
 * operations of the plan or the other mechanism that enforced it, and the result. "plan" has the
 * operations. Owned reference; NULL for want of memory.
 */
json_t *report_json(const struct run_result *res, const struct policy *policy);

/*
 * report_save - the same, as report.json in the sandbox's directory.
 * @dir: fd (borrowed)
 */
int report_save(int dir, const struct run_result *res, const struct policy *policy, struct err *e);

/*
 * report_load - read it back.
 * @ret: owned reference, or NULL when there is none
 *
 * Returns 0, or -EBADMSG when it is damaged.
 */
int report_load(int dir, json_t **ret, struct err *e);

/*
 * report_weak_fields - append the names of fields that best_effort left unenforced, parted by ", ".
 */
void report_weak_fields(const struct run_result *res, const struct policy *policy, struct buf *out);

#endif
