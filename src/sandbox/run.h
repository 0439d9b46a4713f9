/* SPDX-License-Identifier: Apache-2.0 */
/* The whole flow of a run, on one page: policy, facts, plan, stage, supervision, report. */
#ifndef SANDBOX_RUN_H
#define SANDBOX_RUN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "review/seal.h"
#include "sandbox/events.h"
#include "sandbox/record.h"
#include "sandbox/store.h"

struct policy;

/*
 * struct run_request - what to run.
 * @home, @cwd: absolute; @argv: ended by NULL
 * @name:       may be NULL
 * @is_reckless: the workspace may be / or the home directory
 * @has_host_network: the sandbox shares the host's network
 */
struct run_request {
	const struct policy *policy;
	const char *home;
	const char *cwd;
	char *const *argv;
	const char *name;
	bool has_tty;
	bool is_reckless;
	bool has_host_network;
};

/*
 * struct run_result - what became of it.
 * @exit_code: as a shell would give it
 * @changed:   paths that wait for review, by kind, flagged, and the first of those by name
 * @has_host_network: it shared the host's network
 * @kept:      the sandbox is in the store, under @id
 * @note:      a lesser way that something was done in, or ""
 * @log:       what was refused or hit a limit; @reached: what the network policy allowed
 * @plan:      the bytes that were carried out (owned; run_result_done frees them)
 */
struct run_result {
	char id[STORE_ID_LEN + 1];
	char name[STORE_NAME_MAX + 1];
	int exit_code;
	struct review_counts changed;
	uint64_t duration_ns;
	bool kept;
	bool has_host_network;
	const char *limits[3]; /* mechanisms: memory, pids, cpus */
	char note[ERR_TEXT_MAX];
	struct events_log log, reached;
	struct buf plan;
};

void run_result_done(struct run_result *res);

/*
 * run_sandbox - run a command in a new sandbox, to its end.
 *
 * Returns 0 with @ret filled, or negative errno with @e saying why it could not start; nothing is
 * left over then.
 */
int run_sandbox(const struct run_request *req, struct run_result *ret, struct err *e);

/*
 * run_plan - the plan that run_sandbox would carry out, without carrying it out.
 * @out: receives the bytes
 */
int run_plan(const struct run_request *req, struct buf *out, struct err *e);

#endif
