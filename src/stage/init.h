/* SPDX-License-Identifier: Apache-2.0 */
/* Pid 1 of the sandbox: starts the command, reaps, forwards signals, ends everything. */
#ifndef STAGE_INIT_H
#define STAGE_INIT_H

struct stage;

/*
 * init_run - say READY, wait for GO, run the command of the plan until it ends. Does not return.
 *
 * When the command ends, when the supervisor is gone or asks, everything inside is killed.
 */
void init_run(struct stage *s) __attribute__((noreturn));

#endif
