/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that build the file system view. */
#ifndef STAGE_OPS_MOUNT_H
#define STAGE_OPS_MOUNT_H

#include "base/err.h"

struct plan_op;
struct stage;

/* Each carries out one operation; 0 or negative errno with @e filled. */
int op_root(struct stage *s, const struct plan_op *op, struct err *e);
int op_share(struct stage *s, const struct plan_op *op, struct err *e);
int op_bind(struct stage *s, const struct plan_op *op, struct err *e);
int op_store(struct stage *s, const struct plan_op *op, struct err *e);
int op_overlay(struct stage *s, const struct plan_op *op, struct err *e);
int op_filesystem(struct stage *s, const struct plan_op *op, struct err *e);
int op_mask(struct stage *s, const struct plan_op *op, struct err *e);
int op_pivot(struct stage *s, const struct plan_op *op, struct err *e);

#endif
