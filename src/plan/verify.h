/* SPDX-License-Identifier: Apache-2.0 */
/* The one verifier of plans: the stage carries out nothing that did not pass it. */
#ifndef PLAN_VERIFY_H
#define PLAN_VERIFY_H

#include <stddef.h>

#include "base/err.h"

struct plan;

/*
 * plan_verify - check bytes that claim to be a plan.
 * @p: the bytes, aligned to 8
 * @n: how many
 * @e: filled on failure with the number of the operation
 *
 * Checks magic, version, sizes, every offset and ending NUL, kinds, flags, phase order, that paths
 * are absolute and normal, and that the rows which no sandbox may lack are there once.
 *
 * Returns 0 or -EBADMSG.
 */
int plan_verify(const void *p, size_t n, struct err *e);

#endif
