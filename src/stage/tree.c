/* SPDX-License-Identifier: Apache-2.0 */
/* Host trees that the sandbox is given: opened once, checked, cloned. */
/* #syscalls openat2 fstat open_tree mount_setattr mmap */
#include "stage/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/path.h"
#include "linux/mount.h"
#include "stage/stage.h"

static const char *source_of(const struct stage *s, const struct plan_op *op)
{
	return op->kind == PLAN_STORE ? plan_a(s->plan, op) : plan_b(s->plan, op);
}

static int open_checked(const char *path, const struct plan_op *op, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	struct stat st;

	fd = path_open_plain(AT_FDCWD, path, O_PATH | (op->flags & PLAN_F_LINK ? O_NOFOLLOW : 0),
			     0);
	if (fd < 0)
		return err_sys(e, fd, "cannot open %s", path);
	if (fstat(fd, &st) < 0)
		return err_sys(e, -errno, "cannot look at %s", path);
	if (st.st_dev != op->n[0] || st.st_ino != op->n[1])
		return err_set(e, -ESTALE, "%s was replaced while the sandbox started", path);
	return fd_take(&fd);
}

/* Shows the owner on disk as the payload; the namespace of the last owner is kept for the next. */
static int owner_map(struct stage *s, int tree, const struct plan_op *op)
{
	if (s->idmap < 0 || s->idmap_uid != op->n[2] || s->idmap_gid != op->n[3]) {
		s->idmap = fd_close(s->idmap);
		s->idmap_uid = (uint32_t)op->n[2];
		s->idmap_gid = (uint32_t)op->n[3];
		s->idmap = userns_for_idmap(s->idmap_uid, s->idmap_gid, &s->map);
	}
	return s->idmap < 0 ? s->idmap : mount_idmap(tree, s->idmap);
}

int tree_take(struct stage *s, const struct plan_op *op, struct err *e)
{
	const char *path = source_of(s, op);
	AUTO_CLOSE int fd = -EBADF;
	AUTO_CLOSE int tree = -EBADF;
	int r;

	fd = open_checked(path, op, e);
	if (fd < 0)
		return fd;
	tree = mount_clone(fd, op->flags & PLAN_F_RECURSIVE);
	if (tree < 0)
		return err_sys(e, tree, "cannot clone the mount of %s", path);
	r = op->flags & PLAN_F_IDMAP ? owner_map(s, tree, op) : 0;
	if (r < 0)
		return err_sys(e, r, "cannot map the owner of %s on its file system", path);
	return fd_take(&tree);
}

int tree_take_all(struct stage *s, struct err *e)
{
	int r;

	for (uint32_t i = 0; i < s->plan->ops; i++) {
		const struct plan_op *op = &s->plan->op[i];

		if (op->kind != PLAN_BIND && op->kind != PLAN_OVERLAY && op->kind != PLAN_STORE)
			continue;
		s->tree[i] = tree_take(s, op, e);
		if (s->tree[i] < 0)
			return s->tree[i];
		/* Still the host's namespace: what is laid over a shared tree later would be laid
		 * over the host's as well. */
		r = mount_private(s->tree[i]);
		if (r < 0)
			return err_sys(e, r, "cannot make the mount of %s private",
				       source_of(s, op));
	}
	return 0;
}
