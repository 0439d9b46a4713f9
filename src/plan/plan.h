/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: a flat list of operations, as bytes with offsets and no pointers. */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "plan/op.h"

#define PLAN_MAGIC 0x6c637254u /* "Trcl" */
#define PLAN_VERSION 1u
#define PLAN_OPS_MAX 2048u
#define PLAN_BYTES_MAX (16u << 20)

/*
 * struct plan - the header at offset 0 of the bytes.
 * @size:    bytes in all
 * @ops:     how many operations follow the header
 * @strings: offset of the string area, which reaches to the end
 */
struct plan {
	uint32_t magic;
	uint32_t version;
	uint32_t size;
	uint32_t ops;
	uint32_t strings;
	uint32_t reserved;
	struct plan_op op[];
};

/*
 * struct plan_builder - a plan in the making. Initialise with PLAN_BUILDER_INIT; errors stick.
 */
struct plan_builder {
	struct buf ops;
	struct buf strings;
};

#define PLAN_BUILDER_INIT                                                                          \
	((struct plan_builder){ .ops = BUF_INIT(PLAN_OPS_MAX * sizeof(struct plan_op)),            \
				.strings = BUF_INIT(PLAN_BYTES_MAX / 2) })

void plan_builder_done(struct plan_builder *b);

/*
 * plan_add - append an operation.
 * @op:   kind, field, flags and numbers; offsets are filled here
 * @a:    string or NULL
 * @data: bytes or NULL; a copy is taken of all of them
 * @n:    length of @data
 */
void plan_add(struct plan_builder *b, struct plan_op op, const char *a, const void *data, size_t n);

/*
 * plan_finish - lay the plan out as bytes.
 * @out: receives them (empty before)
 *
 * Returns 0, -E2BIG for too many operations or bytes, -ENOMEM.
 */
int plan_finish(struct plan_builder *b, struct buf *out, struct err *e);

/* The strings of an operation of a verified plan. */
const char *plan_a(const struct plan *p, const struct plan_op *op);
const char *plan_b(const struct plan *p, const struct plan_op *op);

#endif
