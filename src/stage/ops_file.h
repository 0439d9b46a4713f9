/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that make plain objects in the new root. */
#ifndef STAGE_OPS_FILE_H
#define STAGE_OPS_FILE_H

#include "base/err.h"

struct plan_op;
struct stage;

/* Each carries out one operation; 0 or negative errno with @e filled. */
int op_dir(struct stage *s, const struct plan_op *op, struct err *e);
int op_link(struct stage *s, const struct plan_op *op, struct err *e);
int op_file(struct stage *s, const struct plan_op *op, struct err *e);

#endif
