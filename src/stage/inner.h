/* SPDX-License-Identifier: Apache-2.0 */
/* The inside half: pid 1 of the sandbox carries out every operation after the clone. */
#ifndef STAGE_INNER_H
#define STAGE_INNER_H

struct stage;

/*
 * inner_run - carry out the plan from inside and stay as init. Does not return.
 */
void inner_run(struct stage *s) __attribute__((noreturn));

#endif
