/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what was left in the store when one of our processes was killed. */
#ifndef SANDBOX_SWEEP_H
#define SANDBOX_SWEEP_H

#include "base/err.h"

/*
 * sweep_store - finish removals that were killed, drop sandboxes that never came to have a record,
 * and names whose sandbox is gone. What is in use is left alone.
 *
 * Returns 0, or negative errno when the store cannot be read.
 */
int sweep_store(struct err *e);

#endif
