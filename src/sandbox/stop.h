/* SPDX-License-Identifier: Apache-2.0 */
/* Ending a running sandbox from outside. */
#ifndef SANDBOX_STOP_H
#define SANDBOX_STOP_H

#include "base/err.h"

struct store_box;

/*
 * stop_now - end a sandbox at once and wait until its supervisor is gone.
 * @box: of store_find; fine when it does not run
 *
 * The supervisor is asked, then told, then killed; in each case all processes inside end with it.
 * Returns 0, or negative errno with @e filled.
 */
int stop_now(const struct store_box *box, struct err *e);

#endif
