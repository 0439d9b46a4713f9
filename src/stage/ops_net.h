/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on the network of the sandbox. */
#ifndef STAGE_OPS_NET_H
#define STAGE_OPS_NET_H

#include "base/err.h"

struct plan_op;
struct stage;

/* Each carries out one operation; 0 or negative errno with @e filled. */
int op_network(struct stage *s, const struct plan_op *op, struct err *e);
int op_listen(struct stage *s, const struct plan_op *op, struct err *e);
int op_redirect(struct stage *s, const struct plan_op *op, struct err *e);

#endif
