/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor orders before the start: namespaces, groups, the plan. */
#ifndef STAGE_ORDERS_H
#define STAGE_ORDERS_H

#include "base/err.h"
#include "stage/stage.h"

/*
 * orders_receive - take one order and carry it out: MESSAGE_PLAN or MESSAGE_SPACES, each once.
 *
 * Returns 0, -ESRCH without a word when the supervisor is gone, else negative errno.
 */
int orders_receive(struct stage *s, struct err *e);

/* orders_find - the plan's first operation of a kind, or NULL. */
const struct plan_op *orders_find(const struct stage *s, unsigned int kind);

/*
 * orders_agree - whether the plan is the one for what was made before it was known.
 *
 * Returns 0, or -EPERM when it asks for other namespaces or groups, or would make the payload root.
 */
int orders_agree(const struct stage *s, struct err *e);

#endif
