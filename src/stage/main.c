/* SPDX-License-Identifier: Apache-2.0 */
/* The stage: the only program that carries out plans. The outer half, up to the clone. */
/* #syscalls fcntl close_range exit_group */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "plan/message.h"
#include "stage/inner.h"
#include "stage/orders.h"
#include "stage/report.h"
#include "stage/stage.h"
#include "stage/tree.h"

#define EXIT_REFUSED 125

/* As root: take what only root can, then be nobody. */
static int privileges_leave(struct stage *s, struct err *e)
{
	const struct plan_op *map = orders_find(s, PLAN_MAP);
	int r;

	if (!(map->flags & PLAN_F_ROOT))
		return 0;
	r = tree_take_all(s, e);
	s->idmap = fd_close(s->idmap);
	if (r < 0)
		return r;
	r = userns_become(s->map.uid_out, s->map.gid_out);
	if (r < 0)
		return err_sys(e, r, "cannot leave root");
	s->has_left_root = true;
	return 0;
}

static int outer(struct stage *s, struct err *e)
{
	int r = 0;

	if (fcntl(s->control, F_SETFD, FD_CLOEXEC) < 0)
		return err_set(e, -EINVAL, "the stage is started by tiercel, not by hand");
	if (syscall(SYS_close_range, STAGE_FD_CONTROL + 1, UINT_MAX, 0) < 0)
		return err_sys(e, -errno, "cannot close what was inherited");
	s->is_host_root = (geteuid() == 0 || getegid() == 0) && userns_is_initial() != 0;
	while (r == 0 && s->spaces == 0)
		r = orders_receive(s, e);
	return r == 0 && s->plan != NULL ? privileges_leave(s, e) : r;
}

int main(void)
{
	struct stage s = { .control = STAGE_FD_CONTROL,
			   .idmap = -EBADF,
			   .root = -EBADF,
			   .store = -EBADF,
			   .ruleset = -EBADF,
			   .pty = -EBADF,
			   .tty = -EBADF,
			   .notify = -EBADF };
	struct err e = { 0 };
	pid_t pid;
	int r;

	for (int i = 0; i < NETNS_WATCH_FDS; i++)
		s.watch[i] = -EBADF;
	r = outer(&s, &e);
	if (r < 0) {
		if (r != -ESRCH)
			report_fail(&s, UINT32_MAX, &e);
		return EXIT_REFUSED;
	}
	pid = userns_clone(s.spaces);
	if (pid == 0)
		inner_run(&s);
	if (pid < 0) {
		err_sys(&e, pid,
			"cannot make the namespaces; tiercel doctor says what would mend it");
		report_fail(&s, UINT32_MAX, &e);
		return EXIT_REFUSED;
	}
	report_value(&s, MESSAGE_PID, pid);
	return 0;
}
