/* SPDX-License-Identifier: Apache-2.0 */
/* One connect(2) of the sandbox, looked at and carried out in its place. */
#ifndef SANDBOX_CONNECTION_H
#define SANDBOX_CONNECTION_H

struct connector_task;

#define CONNECTION_LISTENER 0	 /* where the worker has the seccomp listener */
#define CONNECTION_PATH_MAX 112	 /* of a unix address, with its NUL */
#define CONNECTION_GONE (-10000) /* the caller ended, no errno */

/*
 * connection_make - connect the caller's descriptor to what its address names.
 * @ret_refused: the path, when that is a socket of the host's
 *
 * Gives up root on the way, so it is for a process of its own. Returns 0, CONNECTION_GONE, or the
 * negative errno that the caller gets.
 */
int connection_make(const struct connector_task *task, char ret_refused[CONNECTION_PATH_MAX]);

#endif
