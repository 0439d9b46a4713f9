/* SPDX-License-Identifier: Apache-2.0 */
/* What this host offers, found by trying, and which tiers that makes usable. */
#ifndef SANDBOX_DOCTOR_H
#define SANDBOX_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define DOCTOR_ROWS_MAX 20

/*
 * struct doctor_row - one finding.
 * @is_good: it can be used
 * @mend:    what would help, as a command where there is one; NULL when nothing is to mend
 */
struct doctor_row {
	const char *what;
	bool is_good;
	char answer[ERR_TEXT_MAX];
	const char *mend;
};

struct doctor_report {
	struct doctor_row row[DOCTOR_ROWS_MAX];
	size_t n;
	bool is_namespace_usable;
};

/*
 * doctor_examine - try everything; takes some milliseconds and leaves nothing behind.
 */
void doctor_examine(struct doctor_report *ret);

#endif
