/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that change the process itself: name, terminal, limits, privileges, filters. */
/* #syscalls sethostname openat2 close */
#include "stage/ops_self.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "linux/caps.h"
#include "linux/landlock.h"
#include "linux/limits.h"
#include "linux/pty.h"
#include "linux/seccomp.h"
#include "stage/report.h"
#include "stage/stage.h"

int op_hostname(struct stage *s, const struct plan_op *op, struct err *e)
{
	if (sethostname(plan_a(s->plan, op), op->a_len) < 0)
		return err_sys(e, -errno, "cannot set the host name");
	return 0;
}

int op_pty(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = pty_open("/dev/ptmx", &s->pty, &s->tty);

	(void)op;
	return r < 0 ? err_sys(e, r, "cannot open a terminal for the sandbox") : 0;
}

int op_limit(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r;

	(void)s;
	if (op->kind == PLAN_AFFINITY)
		r = limits_affinity((unsigned int)op->n[0]);
	else
		r = limits_set((int)op->n[0], op->n[1]);
	return r < 0 ? err_sys(e, r, "cannot set a limit") : 0;
}

int op_privilege(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = 0;

	(void)s;
	if (op->kind == PLAN_KEYRING)
		r = caps_new_keyring();
	else if (op->kind == PLAN_NO_NEW_PRIVS)
		r = caps_no_new_privs();
	else
		r = caps_drop();
	if (r == 0 && op->kind == PLAN_CAPS)
		r = caps_hide_self();
	return r < 0 ? err_sys(e, r, "cannot give up privileges (%s)",
			       plan_shape_of(op->kind)->name)
		     : 0;
}

int op_landlock(struct stage *s, const struct plan_op *op, struct err *e)
{
	s->rights = op->n[0];
	s->ruleset = landlock_new(op->n[0], op->n[1], op->n[2]);
	return s->ruleset < 0 ? err_sys(e, s->ruleset, "cannot make a Landlock ruleset") : 0;
}

int op_rule(struct stage *s, const struct plan_op *op, struct err *e)
{
	const char *path = plan_a(s->plan, op);
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = path_open_plain(AT_FDCWD, path, O_PATH, 0);
	if (fd < 0)
		return err_sys(e, fd, "Landlock rule: cannot open %s", path);
	r = landlock_allow(s->ruleset, fd, op->n[0] & s->rights);
	return r < 0 ? err_sys(e, r, "cannot add the Landlock rule for %s", path) : 0;
}

int op_seccomp(struct stage *s, const struct plan_op *op, struct err *e)
{
	const void *filter = plan_b(s->plan, op);
	size_t n = op->b_len / sizeof(struct sock_filter);
	bool notify = op->flags & PLAN_F_NOTIFY;
	int r = seccomp_enter(filter, n, notify);

	if (r < 0)
		return err_sys(e, r, "cannot load the system call filter");
	if (notify)
		s->notify = r;
	return 0;
}
