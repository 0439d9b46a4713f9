/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that the filter refuses, answered and turned into events. */
#ifndef SANDBOX_REFUSAL_H
#define SANDBOX_REFUSAL_H

struct supervisor;

/*
 * refusal_read - answer one waiting call with an error, whatever it is, and note it.
 *
 * connect(2) alone is handed to the connector, which does it in the caller's place or refuses. No
 * call is ever let through from here. Returns 0, or negative errno when the listener is of no use
 * any more and has to be closed, which refuses what waits and what comes. Source:
 * seccomp_unotify(2).
 */
int refusal_read(struct supervisor *s);

#endif
