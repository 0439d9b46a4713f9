/* SPDX-License-Identifier: Apache-2.0 */
/* The stage: the only program that carries out plans. The outer half, up to the clone. */
/* #syscalls mmap fcntl close_range dup3 write exit_group */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "plan/message.h"
#include "plan/verify.h"
#include "stage/inner.h"
#include "stage/report.h"
#include "stage/stage.h"
#include "stage/tree.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)
#define EXIT_REFUSED 125

/* Maps a plan that nobody can change any more, and verifies it. */
static int plan_map(struct stage *s, struct err *e)
{
	struct stat st;
	void *p;
	int r;

	if (fstat(STAGE_FD_PLAN, &st) < 0 || st.st_size <= 0)
		return err_set(e, -EINVAL, "the stage is started by tiercel, not by hand");
	if ((fcntl(STAGE_FD_PLAN, F_GET_SEALS) & SEALS) != SEALS)
		return err_set(e, -EPERM, "plan: not sealed");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, STAGE_FD_PLAN, 0);
	if (p == MAP_FAILED)
		return err_sys(e, -errno, "plan: cannot map it");
	r = plan_verify(p, (size_t)st.st_size, e);
	s->plan = p;
	return r;
}

static const struct plan_op *find(const struct stage *s, unsigned int kind)
{
	for (uint32_t i = 0; i < s->plan->ops; i++)
		if (s->plan->op[i].kind == kind)
			return &s->plan->op[i];
	return NULL;
}

/* Writing 0 moves the writer: cgroups(7), "cgroup.procs". */
static int cgroups_join(const struct plan_op *op, struct err *e)
{
	for (uint64_t i = 0; op != NULL && i < op->n[1] && i < 4; i++) {
		int r = fd_write_full(STAGE_FD_FIRST + (int)op->n[0] + (int)i, "0", 1);

		if (r < 0)
			return err_sys(e, r, "cannot enter the cgroup");
	}
	return 0;
}

static int trees_prepare(struct stage *s, struct err *e)
{
	s->tree = calloc(s->plan->ops, sizeof(*s->tree));
	if (s->tree == NULL)
		return err_sys(e, -ENOMEM, "cannot start");
	for (uint32_t i = 0; i < s->plan->ops; i++)
		s->tree[i] = -EBADF;
	return 0;
}

/* As root: take what only root can, then be nobody. */
static int privileges_leave(struct stage *s, const struct plan_op *map, struct err *e)
{
	int r;

	if (!(map->flags & PLAN_F_ROOT)) {
		/* Inside another user namespace uid 0 is somebody else outside; in the first it is
		 * root. */
		if ((map->n[1] == 0 || map->n[3] == 0) && userns_is_initial() != 0)
			return err_set(e, -EPERM, "plan: the payload may not be the host's root");
		return 0;
	}
	r = tree_take_all(s, e);
	s->idmap = fd_close(s->idmap);
	if (r < 0)
		return r;
	r = userns_become(s->map.uid_out, s->map.gid_out);
	return r < 0 ? err_sys(e, r, "cannot leave root") : 0;
}

static int outer(struct stage *s, struct err *e)
{
	const struct plan_op *map;
	int r = plan_map(s, e);

	if (r < 0)
		return r;
	map = find(s, PLAN_MAP);
	if (map == NULL)
		return err_set(e, -EBADMSG, "plan: needs \"map\"");
	s->map = (struct userns_map){ (uint32_t)map->n[0], (uint32_t)map->n[1], (uint32_t)map->n[2],
				      (uint32_t)map->n[3] };
	r = trees_prepare(s, e);
	if (r == 0)
		r = cgroups_join(find(s, PLAN_CGROUP), e);
	if (r == 0 && syscall(SYS_close_range, STAGE_FD_FIRST, UINT_MAX, 0) < 0)
		r = err_sys(e, -errno, "cannot close what was inherited");
	if (r == 0)
		fd_close(STAGE_FD_PLAN);
	return r == 0 ? privileges_leave(s, map, e) : r;
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

	for (int i = 0; i < NETNS_WATCH_FDS; i++)
		s.watch[i] = -EBADF;
	if (fcntl(s.control, F_SETFD, FD_CLOEXEC) < 0)
		return EXIT_REFUSED;
	if (outer(&s, &e) < 0) {
		report_fail(&s, UINT32_MAX, &e);
		return EXIT_REFUSED;
	}
	pid = userns_clone(find(&s, PLAN_CLONE)->n[0]);
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
