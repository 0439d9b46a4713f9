/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: a flat list of operations, as bytes with offsets and no pointers. */
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

void plan_builder_done(struct plan_builder *b)
{
	buf_done(&b->ops);
	buf_done(&b->strings);
}

/* Appends bytes and their NUL to the string area; the offset is relative to the area. */
static uint32_t string_add(struct plan_builder *b, const void *p, size_t n, uint32_t *ret_len)
{
	uint32_t at = (uint32_t)b->strings.n;

	buf_add(&b->strings, p, n);
	buf_add(&b->strings, "", 1);
	*ret_len = (uint32_t)n;
	return at;
}

void plan_add(struct plan_builder *b, struct plan_op op, const char *a, const void *data, size_t n)
{
	if (a != NULL)
		op.a = string_add(b, a, strlen(a), &op.a_len);
	if (data != NULL)
		op.b = string_add(b, data, n, &op.b_len);
	buf_add(&b->ops, &op, sizeof(op));
}

int plan_finish(struct plan_builder *b, struct buf *out, struct err *e)
{
	struct plan head = {
		.magic = PLAN_MAGIC,
		.version = PLAN_VERSION,
		.ops = (uint32_t)(b->ops.n / sizeof(struct plan_op)),
		.strings = (uint32_t)(sizeof(head) + b->ops.n),
		.size = (uint32_t)(sizeof(head) + b->ops.n + b->strings.n),
	};

	if (b->ops.err || b->strings.err)
		return err_sys(e, b->ops.err ? b->ops.err : b->strings.err, "plan is too large");
	buf_add(out, &head, sizeof(head));
	buf_add(out, b->ops.p, b->ops.n);
	buf_add(out, b->strings.p, b->strings.n);
	return out->err ? err_sys(e, out->err, "plan is too large") : 0;
}

static const char *string_at(const struct plan *p, uint32_t at)
{
	return (const char *)p + p->strings + at;
}

const char *plan_a(const struct plan *p, const struct plan_op *op)
{
	return string_at(p, op->a);
}

const char *plan_b(const struct plan *p, const struct plan_op *op)
{
	return string_at(p, op->b);
}
