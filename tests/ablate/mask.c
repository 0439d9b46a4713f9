/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is masked. */
#include "stage/ops_mount.h"

struct err;
struct plan_op;
struct stage;
int __wrap_op_mask(struct stage *s, const struct plan_op *op, struct err *e);

int __wrap_op_mask(struct stage *s, const struct plan_op *op, struct err *e)
{
	(void)s;
	(void)op;
	(void)e;
	return 0;
}
