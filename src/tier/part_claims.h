/* SPDX-License-Identifier: Apache-2.0 */
/* Which fields of the policy this version can enforce at all. */
#ifndef TIER_PART_CLAIMS_H
#define TIER_PART_CLAIMS_H

#include "base/err.h"

struct policy;

/*
 * part_claims_check - refuse every field that differs from its weakest value and that no operation
 * of a plan could enforce.
 *
 * Returns 0, or -EOPNOTSUPP with the field, where it was written, and why.
 */
int part_claims_check(const struct policy *p, struct err *e);

#endif
