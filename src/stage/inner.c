/* SPDX-License-Identifier: Apache-2.0 */
/* The inside half: pid 1 of the sandbox carries out every operation after the clone. */
/* #syscalls write mount_setattr prctl exit_group */
#include "stage/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/caps.h"
#include "linux/landlock.h"
#include "linux/mount.h"
#include "stage/init.h"
#include "stage/ops_file.h"
#include "stage/ops_mount.h"
#include "stage/ops_net.h"
#include "stage/ops_self.h"
#include "stage/orders.h"
#include "stage/report.h"
#include "stage/stage.h"

/* Done outside, before the clone, or kept for the end. */
static int op_elsewhere(struct stage *s, const struct plan_op *op, struct err *e)
{
	(void)s;
	(void)op;
	(void)e;
	return 0;
}

static int op_map(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = userns_map_self(&s->map);

	(void)op;
	return r < 0 ? err_sys(e, r, "cannot map the user (are user namespaces restricted here?)")
		     : 0;
}

static int op_propagate(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = mount_private(AT_FDCWD);

	(void)s;
	(void)op;
	return r < 0 ? err_sys(e, r, "cannot make the mounts private") : 0;
}

static int op_readonly(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = mount_attr(s->root, MOUNT_ATTR_RDONLY, false);

	(void)op;
	return r < 0 ? err_sys(e, r, "cannot make the root read-only") : 0;
}

static int op_env(struct stage *s, const struct plan_op *op, struct err *e)
{
	(void)e;
	s->env = op;
	return 0;
}

static int op_exec(struct stage *s, const struct plan_op *op, struct err *e)
{
	(void)e;
	s->exec = op;
	return 0;
}

/* One short function an operation kind. */
static int (*const ops[PLAN_KIND_END])(struct stage *, const struct plan_op *, struct err *) = {
	[PLAN_CLONE] = op_elsewhere,
	[PLAN_MAP] = op_map,
	[PLAN_CGROUP] = op_elsewhere,
	[PLAN_PROPAGATE] = op_propagate,
	[PLAN_ROOT] = op_root,
	[PLAN_DIR] = op_dir,
	[PLAN_LINK] = op_link,
	[PLAN_FILE] = op_file,
	[PLAN_SHARE] = op_share,
	[PLAN_BIND] = op_bind,
	[PLAN_OVERLAY] = op_overlay,
	[PLAN_STORE] = op_store,
	[PLAN_PROC] = op_filesystem,
	[PLAN_DEVPTS] = op_filesystem,
	[PLAN_MQUEUE] = op_filesystem,
	[PLAN_MASK] = op_mask,
	[PLAN_READONLY] = op_readonly,
	[PLAN_PIVOT] = op_pivot,
	[PLAN_HOSTNAME] = op_hostname,
	[PLAN_LOOPBACK] = op_network,
	[PLAN_WATCH] = op_network,
	[PLAN_LISTEN] = op_listen,
	[PLAN_REDIRECT] = op_redirect,
	[PLAN_PTY] = op_pty,
	[PLAN_KEYRING] = op_privilege,
	[PLAN_AFFINITY] = op_limit,
	[PLAN_RLIMIT] = op_limit,
	[PLAN_CAPS] = op_privilege,
	[PLAN_NO_NEW_PRIVS] = op_privilege,
	[PLAN_LANDLOCK] = op_landlock,
	[PLAN_RULE] = op_rule,
	[PLAN_SECCOMP] = op_seccomp,
	[PLAN_ENV] = op_env,
	[PLAN_EXEC] = op_exec,
};

/* The rules are complete when something else follows them. */
static int landlock_close(struct stage *s, uint32_t next, struct err *e)
{
	int r;

	if (s->ruleset < 0 || s->plan->op[next].kind == PLAN_RULE)
		return 0;
	r = landlock_enter(s->ruleset);
	s->ruleset = fd_close(s->ruleset);
	return r < 0 ? err_sys(e, r, "cannot enter the Landlock ruleset") : 0;
}

int stage_op(struct stage *s, uint32_t i, struct err *e)
{
	int r;

	r = landlock_close(s, i, e);
	return r < 0 ? r : ops[s->plan->op[i].kind](s, &s->plan->op[i], e);
}

static void fail(const struct stage *s, uint32_t op, const struct err *e) __attribute__((noreturn));

static void fail(const struct stage *s, uint32_t op, const struct err *e)
{
	report_fail(s, op, e);
	_exit(1);
}

/* Tied to the supervisor, and with a plan that fits what was made. */
static int begin(struct stage *s, struct err *e)
{
	int r = caps_die_with_parent();

	if (r < 0)
		return err_sys(e, r, "cannot tie the sandbox to its supervisor");
	while (r == 0 && s->plan == NULL)
		r = orders_receive(s, e);
	return r < 0 ? r : orders_agree(s, e);
}

void inner_run(struct stage *s)
{
	struct err e = { 0 };
	int r = begin(s, &e);

	if (r == -ESRCH)
		_exit(1);
	if (r < 0)
		fail(s, UINT32_MAX, &e);
	for (uint32_t i = 0; i < s->plan->ops; i++)
		if (stage_op(s, i, &e) < 0)
			fail(s, i, &e);
	init_run(s);
}
