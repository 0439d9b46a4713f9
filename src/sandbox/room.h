/* SPDX-License-Identifier: Apache-2.0 */
/* Whether our own process has room for a run. */
#ifndef SANDBOX_ROOM_H
#define SANDBOX_ROOM_H

#include "base/err.h"

/*
 * room_check - refuse to start where a limit of this process is so low that the start would fail
 * half way, and what it made could not be removed for the same reason.
 *
 * Returns 0 or -ENFILE with @e filled. Source: getrlimit(2).
 */
int room_check(struct err *e);

#endif
