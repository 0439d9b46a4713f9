/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that make plain objects in the new root. */
/* #syscalls mkdirat symlinkat openat write fchmod open_tree mount_setattr move_mount */
#include "stage/ops_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "linux/mount.h"
#include "stage/place.h"
#include "stage/stage.h"

#define NEW_FILE ".new"

int op_dir(struct stage *s, const struct plan_op *op, struct err *e)
{
	const char *path = plan_a(s->plan, op);
	AUTO_CLOSE int fd = -EBADF;
	AUTO_CLOSE int dir = -EBADF;

	fd = place_dir(s->root, path, (unsigned int)op->n[0], e);
	if (fd < 0)
		return fd;
	/* The umask is the caller's; the mode is the plan's. */
	dir = path_open_beneath(fd, ".", O_RDONLY | O_DIRECTORY, 0);
	if (dir < 0 || fchmod(dir, (mode_t)op->n[0]) < 0)
		return err_sys(e, dir < 0 ? dir : -errno, "cannot set the mode of %s", path);
	return 0;
}

int op_link(struct stage *s, const struct plan_op *op, struct err *e)
{
	const char *path = plan_a(s->plan, op);
	AUTO_CLOSE int parent = -EBADF;
	const char *name;

	parent = place_parent(s->root, path, &name, e);
	if (parent < 0)
		return parent;
	if (symlinkat(plan_b(s->plan, op), parent, name) < 0)
		return err_sys(e, -errno, "cannot make link %s", path);
	return 0;
}

static int write_new(const struct stage *s, int dir, const char *name, const struct plan_op *op)
{
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = openat(dir, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	r = fd_write_full(fd, plan_b(s->plan, op), op->b_len);
	return r == 0 && fchmod(fd, (mode_t)op->n[0]) < 0 ? -errno : r;
}

/* Lays a file of ours over one of the host's that is mounted read-only. */
static int cover(const struct stage *s, int at)
{
	AUTO_CLOSE int fd = -EBADF;
	AUTO_CLOSE int tree = -EBADF;
	int r;

	fd = path_open_beneath(s->root, NEW_FILE, O_PATH, 0);
	if (fd < 0)
		return fd;
	tree = mount_clone(fd, false);
	if (tree < 0)
		return tree;
	r = mount_attr(tree, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, false);
	if (r == 0)
		r = mount_attach(tree, at);
	/* Only now: the kernel mounts nothing that has no name. */
	return r == 0 && unlinkat(s->root, NEW_FILE, 0) < 0 ? -errno : r;
}

int op_file(struct stage *s, const struct plan_op *op, struct err *e)
{
	const char *path = plan_a(s->plan, op);
	AUTO_CLOSE int parent = -EBADF;
	AUTO_CLOSE int at = -EBADF;
	const char *name;
	int r;

	at = path_open_in_root(s->root, path, O_PATH, 0);
	if (at >= 0) {
		r = write_new(s, s->root, NEW_FILE, op);
		r = r < 0 ? r : cover(s, at);
		return r < 0 ? err_sys(e, r, "cannot lay a file over %s", path) : 0;
	}
	parent = place_parent(s->root, path, &name, e);
	if (parent < 0)
		return parent;
	r = write_new(s, parent, name, op);
	return r < 0 ? err_sys(e, r, "cannot write %s", path) : 0;
}
