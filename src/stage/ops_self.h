/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that change the process itself: name, terminal, limits, privileges, filters. */
#ifndef STAGE_OPS_SELF_H
#define STAGE_OPS_SELF_H

#include "base/err.h"

struct plan_op;
struct stage;

/* Each carries out one operation; 0 or negative errno with @e filled. */
int op_hostname(struct stage *s, const struct plan_op *op, struct err *e);
int op_pty(struct stage *s, const struct plan_op *op, struct err *e);
int op_limit(struct stage *s, const struct plan_op *op, struct err *e);
int op_privilege(struct stage *s, const struct plan_op *op, struct err *e);
int op_landlock(struct stage *s, const struct plan_op *op, struct err *e);
int op_rule(struct stage *s, const struct plan_op *op, struct err *e);
int op_seccomp(struct stage *s, const struct plan_op *op, struct err *e);

#endif
