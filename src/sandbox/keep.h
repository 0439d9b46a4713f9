/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of a sandbox: its record while it runs, its changes once it ended. */
#ifndef SANDBOX_KEEP_H
#define SANDBOX_KEEP_H

#include "base/err.h"

struct prepared;
struct run_request;
struct run_result;

/* Writes the record of a sandbox that is about to run. */
int keep_running(const struct run_request *req, const struct prepared *p, struct err *e);

/*
 * keep_ended - seal the review and write the record; or remove the sandbox when nothing changed.
 */
int keep_ended(const struct run_request *req, struct prepared *p, struct run_result *ret,
	       struct err *e);

#endif
