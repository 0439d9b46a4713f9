/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what was left when our processes were killed. */
#ifndef SANDBOX_SWEEP_H
#define SANDBOX_SWEEP_H

#include "base/err.h"

/*
 * sweep_store - finish removals that were killed, drop sandboxes that never came to have a record,
 * names whose sandbox is gone, empty control groups and placeholders. What is in use is left alone.
 *
 * Returns 0, or negative errno when the store cannot be read.
 */
int sweep_store(struct err *e);

#endif
