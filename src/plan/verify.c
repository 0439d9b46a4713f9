/* SPDX-License-Identifier: Apache-2.0 */
/* The one verifier of plans: the stage carries out nothing that did not pass it. */
#include "plan/verify.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <string.h>

#include "base/path.h"
#include "plan/egress.h"
#include "plan/plan.h"

static int bad(struct err *e, unsigned int i, const char *what)
{
	return err_set(e, -EBADMSG, "plan: operation %u: %s", i, what);
}

/* A string must lie in the area and end with a NUL there. */
static int string_ok(const struct plan *p, uint32_t at, uint32_t len)
{
	const char *area = (const char *)p + p->strings;
	uint32_t size = p->size - p->strings;

	return at < size && len < size - at && area[at + len] == '\0';
}

static int text_ok(const struct plan *p, uint32_t at, uint32_t len)
{
	return memchr((const char *)p + p->strings + at, '\0', len) == NULL;
}

/* Counted strings: exactly @count of them, the last ended by a NUL of its own. */
static int list_ok(const struct plan *p, const struct plan_op *op)
{
	const char *s = plan_b(p, op);
	uint64_t found = 0;

	if (op->b_len > 0 && s[op->b_len - 1] != '\0')
		return 0;
	for (uint32_t i = 0; i < op->b_len; i++)
		found += s[i] == '\0';
	return found == op->n[0];
}

static int arg_ok(const struct plan *p, const struct plan_op *op, char letter)
{
	int a_text = string_ok(p, op->a, op->a_len) && text_ok(p, op->a, op->a_len);
	int b_held = string_ok(p, op->b, op->b_len);

	if (letter == 'a')
		return a_text;
	if (letter == 'p')
		return a_text && path_normal(plan_a(p, op));
	if (letter == 'h')
		return b_held && text_ok(p, op->b, op->b_len) && path_normal(plan_b(p, op));
	return b_held;
}

static const char *map_fault(const struct plan_op *op)
{
	for (int i = 0; i < 4; i++)
		if (op->n[i] >= UINT32_MAX)
			return "no such uid";
	if ((op->flags & PLAN_F_ROOT) && (op->n[1] == 0 || op->n[3] == 0))
		return "the payload may not be the host's root";
	return NULL;
}

static int is_filter(const struct plan_op *op)
{
	return op->b_len > 0 && op->b_len % sizeof(struct sock_filter) == 0 &&
	       op->b_len / sizeof(struct sock_filter) <= BPF_MAXINSNS;
}

static const char *port_fault(const struct plan_op *op)
{
	bool is_listener = op->kind != PLAN_LISTEN || op->n[1] < EGRESS_LISTENER_END;

	return op->n[0] > 0 && op->n[0] <= UINT16_MAX && is_listener ? NULL : "no such port";
}

/* What the table of kinds cannot say. */
static const char *content_fault(const struct plan *p, const struct plan_op *op)
{
	if ((op->kind == PLAN_EXEC || op->kind == PLAN_ENV) && !list_ok(p, op))
		return "strings and their count differ";
	if (op->kind == PLAN_EXEC && op->n[0] == 0)
		return "no command";
	if (op->kind == PLAN_LINK && !text_ok(p, op->b, op->b_len))
		return "link target holds a NUL";
	if (op->kind == PLAN_SECCOMP && !is_filter(op))
		return "no filter";
	if (op->kind == PLAN_LISTEN || op->kind == PLAN_REDIRECT)
		return port_fault(op);
	if (op->kind == PLAN_MAP)
		return map_fault(op);
	return NULL;
}

static int op_verify(const struct plan *p, unsigned int i, struct err *e)
{
	const struct plan_op *op = &p->op[i];
	const struct plan_shape *shape;
	const char *fault;

	if (op->kind >= PLAN_KIND_END)
		return bad(e, i, "unknown kind");
	shape = plan_shape_of(op->kind);
	if (op->flags & ~shape->flags)
		return bad(e, i, "unknown flag");
	for (const char *c = shape->args; *c != '\0'; c++)
		if (!arg_ok(p, op, *c))
			return bad(e, i, "bad string");
	fault = content_fault(p, op);
	if (fault != NULL)
		return bad(e, i, fault);
	if (i > 0 && plan_shape_of(p->op[i - 1].kind)->phase > shape->phase)
		return bad(e, i, "out of phase order");
	return 0;
}

static int count_of(const struct plan *p, unsigned int kind)
{
	int n = 0;

	for (unsigned int i = 0; i < p->ops; i++)
		n += p->op[i].kind == kind;
	return n;
}

/* A plan that lacks one of these would start a command with a wall missing. */
static int needed_verify(const struct plan *p, struct err *e)
{
	static const uint8_t needed[] = { PLAN_CLONE,	PLAN_CAPS, PLAN_NO_NEW_PRIVS,
					  PLAN_SECCOMP, PLAN_ENV,  PLAN_EXEC };

	for (size_t i = 0; i < sizeof(needed); i++)
		if (count_of(p, needed[i]) != 1)
			return err_set(e, -EBADMSG, "plan: needs \"%s\" once",
				       plan_shape_of(needed[i])->name);
	if (count_of(p, PLAN_ROOT) != count_of(p, PLAN_PIVOT) || count_of(p, PLAN_ROOT) > 1)
		return err_set(e, -EBADMSG, "plan: a root and a pivot belong together");
	if (count_of(p, PLAN_STORE) != count_of(p, PLAN_OVERLAY))
		return err_set(e, -EBADMSG, "plan: each overlay needs its store");
	return 0;
}

/* An overlay takes the store of the row before it. */
static int pairs_verify(const struct plan *p, struct err *e)
{
	for (unsigned int i = 0; i < p->ops; i++) {
		int is_store = p->op[i].kind == PLAN_STORE;

		if (is_store && (i + 1 == p->ops || p->op[i + 1].kind != PLAN_OVERLAY))
			return bad(e, i, "store without overlay");
	}
	return 0;
}

int plan_verify(const void *bytes, size_t n, struct err *e)
{
	const struct plan *p = bytes;
	int r = 0;

	if (n < sizeof(*p) || n > PLAN_BYTES_MAX || p->magic != PLAN_MAGIC ||
	    p->version != PLAN_VERSION || p->size != n)
		return err_set(e, -EBADMSG, "plan: not a plan of version %u", PLAN_VERSION);
	if (p->ops == 0 || p->ops > PLAN_OPS_MAX ||
	    p->strings != sizeof(*p) + p->ops * sizeof(struct plan_op) || p->strings >= n)
		return err_set(e, -EBADMSG, "plan: sizes differ");
	for (unsigned int i = 0; i < p->ops && r == 0; i++)
		r = op_verify(p, i, e);
	if (r == 0)
		r = pairs_verify(p, e);
	return r < 0 ? r : needed_verify(p, e);
}
