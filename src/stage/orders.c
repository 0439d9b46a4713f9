/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor orders before the start: namespaces, groups, the plan. */
/* #syscalls recvmsg mmap fcntl fstat write close */
#include "stage/orders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "linux/channel.h"
#include "plan/message.h"
#include "plan/verify.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

const struct plan_op *orders_find(const struct stage *s, unsigned int kind)
{
	for (uint32_t i = 0; i < s->plan->ops; i++)
		if (s->plan->op[i].kind == kind)
			return &s->plan->op[i];
	return NULL;
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

/* Maps a plan that nobody can change any more, and verifies it. */
static int plan_take(struct stage *s, int fd, struct err *e)
{
	const struct plan_op *map;
	struct stat st;
	void *p;
	int r;

	if (s->plan != NULL)
		return err_set(e, -EPROTO, "plan: came twice");
	if (fstat(fd, &st) < 0 || st.st_size <= 0)
		return err_set(e, -EINVAL, "plan: nothing in it");
	if ((fcntl(fd, F_GET_SEALS) & SEALS) != SEALS)
		return err_set(e, -EPERM, "plan: not sealed");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(e, -errno, "plan: cannot map it");
	r = plan_verify(p, (size_t)st.st_size, e);
	if (r < 0)
		return r;
	s->plan = p;
	map = orders_find(s, PLAN_MAP);
	if (map == NULL)
		return err_set(e, -EBADMSG, "plan: needs \"map\"");
	s->map = (struct userns_map){ (uint32_t)map->n[0], (uint32_t)map->n[1], (uint32_t)map->n[2],
				      (uint32_t)map->n[3] };
	return trees_prepare(s, e);
}

/* Writing 0 moves the writer, which has one thread: cgroups(7), "cgroup.procs" and "tasks". */
static int spaces_take(struct stage *s, uint32_t flags, const int *fds, size_t n, struct err *e)
{
	if (s->spaces != 0 || flags == 0)
		return err_set(e, -EPROTO, "the namespaces were not ordered once");
	for (size_t i = 0; i < n; i++) {
		int r = fd_write_full(fds[i], "0", 1);

		if (r < 0)
			return err_sys(e, r, "cannot enter the cgroup");
	}
	s->groups = (uint32_t)n;
	s->spaces = flags;
	return 0;
}

int orders_receive(struct stage *s, struct err *e)
{
	int fds[CHANNEL_FDS_MAX];
	size_t n = 0;
	struct message m;
	ssize_t len = channel_receive(s->control, &m, sizeof(m), fds, &n);
	int r;

	if (len == 0 || len == -ECONNRESET)
		return -ESRCH;
	if (len == -ENOTSOCK || len == -EBADF)
		return err_set(e, -EINVAL, "the stage is started by tiercel, not by hand");
	if (len == (ssize_t)sizeof(m) && m.kind == MESSAGE_PLAN && n == 1)
		r = plan_take(s, fds[0], e);
	else if (len == (ssize_t)sizeof(m) && m.kind == MESSAGE_SPACES)
		r = spaces_take(s, (uint32_t)m.value, fds, n, e);
	else
		r = err_sys(e, len < 0 ? (int)len : -EPROTO, "an order cannot be understood");
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
	return r;
}

int orders_agree(const struct stage *s, struct err *e)
{
	const struct plan_op *group = orders_find(s, PLAN_CGROUP);
	const struct plan_op *map = orders_find(s, PLAN_MAP);
	const struct plan_op *clone = orders_find(s, PLAN_CLONE);

	if (map == NULL || clone == NULL)
		return err_set(e, -EBADMSG, "plan: incomplete");
	if (clone->n[0] != s->spaces)
		return err_set(e, -EPERM, "plan: asks for other namespaces than were made");
	if ((group != NULL ? group->n[1] : 0) != s->groups)
		return err_set(e, -EPERM, "plan: asks for other cgroups than were entered");
	if ((map->flags & PLAN_F_ROOT) && !s->has_left_root)
		return err_set(e, -EPERM, "plan: came too late to leave root");
	/* Inside another user namespace uid 0 is somebody else outside; in the first it is root. */
	if ((map->n[1] == 0 || map->n[3] == 0) && s->is_host_root)
		return err_set(e, -EPERM, "plan: the payload may not be the host's root");
	return 0;
}
