/* SPDX-License-Identifier: Apache-2.0 */
/* Plans in words. */
#include "plan/print.h"

#include <linux/sched.h>
#include <string.h>
#include <sys/resource.h>

#include "base/escape.h"
#include "plan/egress.h"
#include "plan/plan.h"

struct flag_name {
	uint32_t flag;
	const char *name;
};

static const struct flag_name flags[] = {
	{ PLAN_F_READONLY, "read-only" },   { PLAN_F_NOSUID, "nosuid" },
	{ PLAN_F_NODEV, "nodev" },	    { PLAN_F_NOEXEC, "noexec" },
	{ PLAN_F_RECURSIVE, "recursive" },  { PLAN_F_IDMAP, "owner mapped" },
	{ PLAN_F_NOTIFY, "reported" },	    { PLAN_F_ROOT, "from root" },
	{ PLAN_F_LINK, "the link itself" },
};

struct bits {
	uint64_t mask;
	const char *name;
};

static const struct bits spaces[] = {
	{ CLONE_NEWUSER, "user" }, { CLONE_NEWNS, "mount" },	  { CLONE_NEWPID, "pid" },
	{ CLONE_NEWNET, "net" },   { CLONE_NEWIPC, "ipc" },	  { CLONE_NEWUTS, "uts" },
	{ CLONE_NEWTIME, "time" }, { CLONE_NEWCGROUP, "cgroup" }, { 0, NULL },
};

/* Source: landlock(7). */
static const struct bits rights[] = {
	{ 0x4, "read" },	{ 0x8, "list" },	{ 0x1, "execute" }, { 0x2, "write" },
	{ 0x4000, "truncate" }, { 0x1fc0, "make" },	{ 0x30, "remove" }, { 0x2000, "move" },
	{ 0x8000, "ioctl" },	{ 0x10000, "connect" }, { 0, NULL },
};

/* The names of the bits in @n; what has no name, or half of one, as a number. */
static void bits(struct buf *out, const char *before, const struct bits *of, uint64_t n)
{
	buf_str(out, before);
	for (; of->name != NULL; of++) {
		if ((n & of->mask) != of->mask)
			continue;
		n &= ~of->mask;
		buf_printf(out, "%s%s", of->name, n != 0 ? ", " : "");
	}
	if (n != 0)
		buf_printf(out, "0x%llx", (unsigned long long)n);
}

static void rlimit(struct buf *out, const struct plan_op *op)
{
	static const char *const names[] = {
		[RLIMIT_FSIZE] = "size of a file",  [RLIMIT_CORE] = "core dump",
		[RLIMIT_NPROC] = "processes",	    [RLIMIT_NOFILE] = "open files",
		[RLIMIT_MEMLOCK] = "locked memory",
	};

	if (op->n[0] < ARRAY_LEN(names) && names[op->n[0]] != NULL)
		buf_printf(out, " of %s", names[op->n[0]]);
	else
		buf_printf(out, " %llu", (unsigned long long)op->n[0]);
	buf_printf(out, " to %llu", (unsigned long long)op->n[1]);
}

static void numbers(const struct plan_op *op, struct buf *out)
{
	static const char *const formats[PLAN_KIND_END] = {
		[PLAN_ROOT] = " of %llu bytes",
		[PLAN_DIR] = " mode %llo",
		[PLAN_FILE] = " mode %llo",
		[PLAN_REDIRECT] = " to port %llu",
		[PLAN_AFFINITY] = " to %llu processors",
	};
	static const char *const listeners[EGRESS_LISTENER_END] = {
		[EGRESS_TCP] = "the proxy",
		[EGRESS_DNS_UDP] = "names",
		[EGRESS_DNS_TCP] = "names by TCP",
		[EGRESS_CLIENT] = "clients of proxies",
	};
	unsigned long long n = op->n[0];

	if (op->kind == PLAN_MAP)
		buf_printf(out, " uid %llu as %llu", n, (unsigned long long)op->n[1]);
	if (op->kind == PLAN_RLIMIT)
		rlimit(out, op);
	if (op->kind == PLAN_CLONE)
		bits(out, " with namespaces ", spaces, n);
	if (op->kind == PLAN_LANDLOCK)
		bits(out, " nothing but what rules allow to ", rights, n);
	if (op->kind == PLAN_RULE)
		bits(out, " to ", rights, n);
	if (op->kind == PLAN_LISTEN)
		buf_printf(out, " on port %llu for %s", n, listeners[op->n[1]]);
	if (op->kind == PLAN_SECCOMP)
		buf_printf(out, " of %u instructions", op->b_len / 8);
	if (op->kind == PLAN_ENV || op->kind == PLAN_EXEC)
		buf_printf(out, " with %llu words", n);
		/* The formats are the constants above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (formats[op->kind] != NULL)
		buf_printf(out, formats[op->kind], n);
#pragma GCC diagnostic pop
	if (op->kind == PLAN_CLONE && !(n & CLONE_NEWNET))
		buf_str(out, ", on the host's network");
}

static void arguments(const struct plan *p, const struct plan_op *op, struct buf *out)
{
	const char *args = plan_shape_of(op->kind)->args;

	if (strpbrk(args, "ap") != NULL) {
		buf_str(out, " ");
		buf_escape(out, plan_a(p, op), op->a_len);
	}
	if (strchr(args, 'h') != NULL && strcmp(plan_a(p, op), plan_b(p, op)) != 0) {
		buf_str(out, " from ");
		buf_escape(out, plan_b(p, op), op->b_len);
	}
	if (op->kind == PLAN_LINK) {
		buf_str(out, " to ");
		buf_escape(out, plan_b(p, op), op->b_len);
	}
}

static void words(const struct plan *p, const struct plan_op *op, struct buf *out)
{
	bool is_first = true;

	arguments(p, op, out);
	numbers(op, out);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (!(op->flags & flags[i].flag))
			continue;
		buf_printf(out, "%s%s", is_first ? " (" : ", ", flags[i].name);
		is_first = false;
	}
	if (!is_first)
		buf_str(out, ")");
}

/* Text that was escaped holds nothing but quotes and backslashes that JSON would mind. */
static void json_text(struct buf *out, const struct buf *text)
{
	for (size_t i = strspn(text->n > 0 ? text->p : "", " "); i < text->n; i++) {
		if (text->p[i] == '"' || text->p[i] == '\\')
			buf_str(out, "\\");
		buf_add(out, text->p + i, 1);
	}
}

void plan_print(const struct plan *p, bool is_json, const char *(*field_name)(unsigned int),
		struct buf *out)
{
	for (uint32_t i = 0; i < p->ops; i++) {
		const struct plan_op *op = &p->op[i];
		const char *field = field_name(op->field);
		AUTO_BUF struct buf text = BUF_INIT(PLAN_BYTES_MAX);

		words(p, op, &text);
		if (!is_json) {
			buf_printf(out, "%-12s%s%s%s\n", plan_shape_of(op->kind)->name,
				   text.p != NULL ? text.p : "", field[0] != '\0' ? "   # " : "",
				   field);
			continue;
		}
		buf_printf(out, "{\"op\":\"%s\",\"field\":\"%s\",\"what\":\"",
			   plan_shape_of(op->kind)->name, field);
		json_text(out, &text);
		buf_str(out, "\"}\n");
	}
}
