/* SPDX-License-Identifier: Apache-2.0 */
/* The system call filter: a profile, what the policy adds and takes away, compiled to BPF. */
#include "tier/part_syscalls.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/plan.h"
#include "tier/filter.h"
#include "tier/profile.h"
#include "tier/rights.h"
#include "tier/tier.h"

/* Pid 1 of the sandbox lives under the same filter. */
static const char *const init_calls[] = {
	"read",	   "write",	     "close",	     "poll",   "recvmsg",    "sendmsg",
	"waitid",  "kill",	     "vfork",	     "execve", "exit_group", "ioctl",
	"setpgid", "rt_sigprocmask", "setsid",	     "dup3",   "signalfd4",  "chdir",
	"mmap",	   "munmap",	     "rt_sigaction", "brk",    "getpid",     "fcntl",
};

static int refuse(const struct policy *p, enum policy_field field, const char *name,
		  const char *why, struct err *e)
{
	const struct policy_origin *o = &p->origin[field];
	const char *list = field == FIELD_SYSCALLS_ALLOW ? "allow" : "deny";

	if (o->line > 0)
		return err_set(e, -EINVAL, "%s:%u:%u: syscalls.%s: \"%s\" %s", o->source, o->line,
			       o->column, list, name, why);
	return err_set(e, -EINVAL, "syscalls.%s: \"%s\" %s", list, name, why);
}

static int number_of(const struct policy *p, enum policy_field field, const char *name,
		     struct err *e)
{
	int nr = seccomp_syscall_resolve_name(name);

	if (nr < 0 || nr >= FILTER_CALLS)
		return refuse(p, field, name, "is no system call of this machine", e);
	return nr;
}

static int allow_named(const struct policy *p, uint8_t *verdict, struct err *e)
{
	for (size_t i = 0; i < p->syscalls_allow.n; i++) {
		const char *name = p->syscalls_allow.v[i];
		int nr = number_of(p, FIELD_SYSCALLS_ALLOW, name, e);

		if (nr < 0)
			return nr;
		verdict[nr] = VERDICT_ALLOW;
		/* Without clone's namespaces an allowed unshare would be half a permission. */
		if (strcmp(name, "unshare") == 0)
			verdict[number_of(p, FIELD_SYSCALLS_ALLOW, "clone", e)] = VERDICT_ALLOW;
	}
	return 0;
}

static int deny_named(const struct policy *p, uint8_t *verdict, struct err *e)
{
	for (size_t i = 0; i < p->syscalls_deny.n; i++) {
		const char *name = p->syscalls_deny.v[i];
		int nr = number_of(p, FIELD_SYSCALLS_DENY, name, e);

		if (nr < 0)
			return nr;
		for (size_t k = 0; k < ARRAY_LEN(init_calls); k++)
			if (strcmp(name, init_calls[k]) == 0)
				return refuse(p, FIELD_SYSCALLS_DENY, name,
					      "cannot be denied: pid 1 of the sandbox needs it", e);
		if (p->net_publish.n > 0 && strcmp(name, "socket") == 0)
			return refuse(p, FIELD_SYSCALLS_DENY, name,
				      "cannot be denied beside network.publish, which needs it", e);
		verdict[nr] = VERDICT_DENY;
	}
	return 0;
}

int part_syscalls_compile(const struct policy *p, const struct tier_facts *f,
			  struct plan_builder *b, struct err *e)
{
	AUTO_BUF struct buf filter = BUF_INIT(PLAN_BYTES_MAX / 4);
	struct plan_op op = { .kind = PLAN_SECCOMP,
			      .field = FIELD_SYSCALLS_PROFILE,
			      .flags = f->has_notify ? PLAN_F_NOTIFY : 0u };
	uint8_t verdict[FILTER_CALLS] = { 0 };
	int r;

	profile_agent(verdict);
	if (p->workspace_mode == MODE_DIRECT || p->write.n > 0)
		profile_no_set_user_id(verdict);
	if (f->landlock_abi < RESOLVE_UNIX_ABI)
		profile_connect(verdict);
	r = allow_named(p, verdict, e);
	if (r == 0)
		r = deny_named(p, verdict, e);
	if (r < 0)
		return r;
	filter_compile(verdict, f->has_notify, &filter);
	if (filter.err)
		return err_sys(e, filter.err, "the system call filter is too large");
	plan_add(b, op, NULL, filter.p, filter.n);
	return 0;
}
