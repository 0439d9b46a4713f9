/* SPDX-License-Identifier: Apache-2.0 */
/* What the host looked like when a sandbox ended, so that later edits are seen and merged. */
#ifndef REVIEW_SEAL_H
#define REVIEW_SEAL_H

#include <stddef.h>

#include "base/err.h"
#include "review/changes.h"
#include "review/root.h"

#define REVIEW_LOOK_MAX 512

struct rows;

/*
 * struct review_counts - for the summary of a run.
 * @files: changed paths; @risky: those with a risk flag
 * @kind:  changed paths of each enum change_kind
 * @look:  the first few risky ones with their flags, printable
 */
struct review_counts {
	size_t files;
	size_t risky;
	size_t kind[CHANGE_KIND_END];
	char look[REVIEW_LOOK_MAX];
};

/*
 * review_seal - record the host's state of every changed path; called once a sandbox ended.
 * @roots: 1 to REVIEW_ROOTS_MAX of them
 * @ret:   the counts; zero files means that the store may be removed
 *
 * Costs one readdir a root when nothing changed. Returns 0 or negative errno with @e filled.
 */
int review_seal(const struct review_root *roots, size_t n, struct review_counts *ret,
		struct err *e);

/*
 * review_seal_late - the same where it was not done, because the supervisor was killed: what
 * changed on the host since the start counts as changed during the run.
 */
int review_seal_late(const struct review_root *roots, size_t n, struct err *e);

#endif
