/* SPDX-License-Identifier: Apache-2.0 */
/* The lock of a sandbox: who runs it, and who settles or removes what it left. */
#ifndef SANDBOX_HOLD_H
#define SANDBOX_HOLD_H

#include <stdbool.h>

/*
 * Byte 0 of the file `lock` is held by the supervisor for its lifetime, byte 1 by whoever may
 * change what the sandbox left: the supervisor too, then one apply, discard or removal at a time.
 * The locks belong to the open file, so they vanish with their holder, however it ends.
 * Source: fcntl(2), open file description locks.
 */

/*
 * hold_new - make and take the lock of a new sandbox.
 * @dir: its directory (borrowed)
 *
 * Returns an owned fd or negative errno.
 */
int hold_new(int dir);

/*
 * hold_settle - take the right to change what a sandbox left.
 *
 * Returns an owned fd; -EBUSY while it runs, -EALREADY while another settles it or it is just being
 * made; else negative errno.
 */
int hold_settle(int dir);

/* Whether a supervisor lives; takes no lock, so that looking disturbs nobody. */
bool hold_is_running(int dir);

#endif
