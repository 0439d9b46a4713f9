/* SPDX-License-Identifier: Apache-2.0 */
/* By what this host lets limits be kept. */
#ifndef SANDBOX_DOCTOR_LIMITS_H
#define SANDBOX_DOCTOR_LIMITS_H

struct doctor_report;

/*
 * doctor_limits - a row for each kind of limit, and one for systemd's scopes where they matter.
 *
 * A group is made with limits far away, and removed; a scope is asked for by a process that ends
 * with it.
 */
void doctor_limits(struct doctor_report *ret);

#endif
