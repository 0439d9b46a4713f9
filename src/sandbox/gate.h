/* SPDX-License-Identifier: Apache-2.0 */
/* The last look before a command may start: the kernel says whether the walls are up. */
#ifndef SANDBOX_GATE_H
#define SANDBOX_GATE_H

#include <sys/types.h>

#include "base/err.h"

/*
 * gate_check - read what the kernel says of the sandbox's pid 1, from outside.
 *
 * Requires no_new_privs, a seccomp filter, and all five capability sets empty.
 * Returns 0 or -EPERM with the line that is wrong. Source: proc_pid_status(5).
 */
int gate_check(pid_t init, struct err *e);

#endif
