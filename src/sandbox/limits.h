/* SPDX-License-Identifier: Apache-2.0 */
/* Limits that the supervisor watches itself, and events of those that the kernel keeps. */
#ifndef SANDBOX_LIMITS_H
#define SANDBOX_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct supervisor;

/* Milliseconds of a clock that no one can set and that counts suspended time: CLOCK_BOOTTIME. */
uint64_t limits_now_ms(void);

/* How long the supervisor may sleep; -1 for ever. */
int limits_timeout_ms(const struct supervisor *s);

/*
 * limits_exceeded - look at every limit that is due; true when the sandbox has to end now.
 * Each that was hit is an event "limit.…".
 */
bool limits_exceeded(struct supervisor *s);

/* Events that only show once everything has ended, such as a kill for want of memory. */
void limits_at_end(struct supervisor *s);

#endif
