/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that build the file system view. */
/* #syscalls openat2 mkdirat openat unlinkat umount2 close */
#include "stage/ops_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "linux/mount.h"
#include "linux/overlay.h"
#include "stage/place.h"
#include "stage/stage.h"
#include "stage/tree.h"

#define NUMBER_MAX 24
#define FD_PATH_MAX 32
#define HIDDEN_DIR ".hidden.d"
#define HIDDEN_FILE ".hidden"
#define MNT_DETACH_BIT 2

static uint64_t attributes(const struct plan_op *op)
{
	uint64_t attr = 0;

	attr |= op->flags & PLAN_F_READONLY ? MOUNT_ATTR_RDONLY : 0u;
	attr |= op->flags & PLAN_F_NOSUID ? MOUNT_ATTR_NOSUID : 0u;
	attr |= op->flags & PLAN_F_NODEV ? MOUNT_ATTR_NODEV : 0u;
	attr |= op->flags & PLAN_F_NOEXEC ? MOUNT_ATTR_NOEXEC : 0u;
	return attr;
}

/* Attaches a tree at a path inside and says where it failed. */
static int attach(const struct stage *s, int tree, const char *path, bool is_file, struct err *e)
{
	AUTO_CLOSE int at = -EBADF;
	int r;

	at = is_file ? place_file(s->root, path, 0444, e) : place_dir(s->root, path, 0755, e);
	if (at < 0)
		return at;
	r = mount_attach(tree, at);
	return r < 0 ? err_sys(e, r, "cannot mount at %s", path) : 0;
}

int op_root(struct stage *s, const struct plan_op *op, struct err *e)
{
	AUTO_CLOSE int tree = -EBADF;
	AUTO_CLOSE int at = -EBADF;
	char size[NUMBER_MAX];
	char inodes[NUMBER_MAX];
	const char *const opts[] = { "mode", "0755", "size", size, "nr_inodes", inodes, NULL };
	int r;

	snprintf(size, sizeof(size), "%llu", (unsigned long long)op->n[0]);
	snprintf(inodes, sizeof(inodes), "%llu", (unsigned long long)op->n[1]);
	tree = mount_new("tmpfs", opts, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (tree < 0)
		return err_sys(e, tree, "cannot make the root file system");
	at = path_open_plain(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	r = at < 0 ? at : mount_attach(tree, at);
	if (r < 0)
		return err_sys(e, r, "cannot attach the root file system");
	s->root = fd_take(&tree);
	return 0;
}

int op_share(struct stage *s, const struct plan_op *op, struct err *e)
{
	const char *path = plan_a(s->plan, op);
	AUTO_CLOSE int dir = -EBADF;
	AUTO_CLOSE int tree = -EBADF;
	int r;

	dir = place_dir(s->root, path, 0755, e);
	if (dir < 0)
		return dir;
	tree = mount_clone(dir, false);
	if (tree < 0)
		return err_sys(e, tree, "cannot share %s", path);
	r = mount_attr(tree, attributes(op), false);
	if (r == 0)
		r = mount_attach(tree, dir);
	return r < 0 ? err_sys(e, r, "cannot share %s", path) : 0;
}

/* The tree of an operation: taken by root before, or taken now. */
static int tree_of(struct stage *s, const struct plan_op *op, struct err *e)
{
	uint32_t i = (uint32_t)(op - s->plan->op);

	return s->tree[i] >= 0 ? fd_take(&s->tree[i]) : tree_take(s, op, e);
}

int op_bind(struct stage *s, const struct plan_op *op, struct err *e)
{
	AUTO_CLOSE int tree = -EBADF;
	int r;

	tree = tree_of(s, op, e);
	if (tree < 0)
		return tree;
	r = mount_attr(tree, attributes(op), op->flags & PLAN_F_RECURSIVE);
	if (r < 0)
		return err_sys(e, r, "cannot restrict %s", plan_a(s->plan, op));
	return attach(s, tree, plan_a(s->plan, op), op->flags & PLAN_F_FILE, e);
}

/*
 * Before Linux 6.15, and where root took the trees, a layer has to be mounted in this namespace
 * while the overlay is made. It stands at a name in the unfinished root for that long.
 */
static int layers_attach(const struct stage *s, int lower, struct err *e)
{
	int r = attach(s, s->store, "/.store", false, e);

	if (r == 0)
		r = attach(s, lower, "/.lower", false, e);
	return r < 0 ? err_in(e, r, "cannot make the copy-on-write view") : 0;
}

static int layer_detach(int layer)
{
	char path[FD_PATH_MAX];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", layer);
	return syscall(SYS_umount2, path, MNT_DETACH_BIT) < 0 ? -errno : 0;
}

int op_store(struct stage *s, const struct plan_op *op, struct err *e)
{
	s->store = tree_of(s, op, e);
	return s->store < 0 ? s->store : 0;
}

/* The overlay holds its layers by itself; their names in the root go away again. */
static int layers_remove(const struct stage *s, int lower, struct err *e)
{
	int r = layer_detach(lower);

	if (r == 0)
		r = layer_detach(s->store);
	if (r == 0 && (unlinkat(s->root, ".lower", AT_REMOVEDIR) < 0 ||
		       unlinkat(s->root, ".store", AT_REMOVEDIR) < 0))
		r = -errno;
	return r < 0 ? err_sys(e, r, "cannot let go of the layers") : 0;
}

/* With layers that are mounted nowhere if the kernel takes them, else with mounted ones. */
static int overlay_make(const struct stage *s, int lower, const struct plan_op *op, struct err *e)
{
	AUTO_CLOSE int tree = overlay_new(lower, s->store, attributes(op));
	bool is_attached = tree == -EINVAL || tree == -EPERM;
	int r = is_attached ? layers_attach(s, lower, e) : 0;

	if (r < 0)
		return r;
	if (is_attached)
		tree = overlay_new(lower, s->store, attributes(op));
	if (tree < 0)
		return err_sys(e, tree, "cannot make the copy-on-write view of %s",
			       plan_b(s->plan, op));
	r = is_attached ? layers_remove(s, lower, e) : 0;
	return r < 0 ? r : fd_take(&tree);
}

int op_overlay(struct stage *s, const struct plan_op *op, struct err *e)
{
	AUTO_CLOSE int lower = -EBADF;
	AUTO_CLOSE int tree = -EBADF;

	lower = tree_of(s, op, e);
	/* A mount below it that may not be uncovered: the supervisor then tries with a copy. */
	if (lower < 0)
		return err_in(e, lower, "cannot make the copy-on-write view");
	tree = overlay_make(s, lower, op, e);
	s->store = fd_close(s->store);
	return tree < 0 ? tree : attach(s, tree, plan_a(s->plan, op), false, e);
}

int op_filesystem(struct stage *s, const struct plan_op *op, struct err *e)
{
	static const char *const pts[] = { "ptmxmode", "0666", "mode", "0620", NULL };
	static const char *const none[] = { NULL };
	const char *type = op->kind == PLAN_PROC     ? "proc"
			   : op->kind == PLAN_DEVPTS ? "devpts"
						     : "mqueue";
	AUTO_CLOSE int tree = -EBADF;

	tree = mount_new(type, op->kind == PLAN_DEVPTS ? pts : none, attributes(op));
	if (tree < 0)
		return err_sys(e, tree, "cannot mount a %s of its own", type);
	return attach(s, tree, plan_a(s->plan, op), false, e);
}

/* An object that nobody may open, to lie over what is hidden; it has no name once mounted. */
static int hidden_tree(const struct stage *s, bool is_dir)
{
	const char *name = is_dir ? HIDDEN_DIR : HIDDEN_FILE;
	AUTO_CLOSE int fd = -EBADF;

	if (is_dir && mkdirat(s->root, name, 0) < 0)
		return -errno;
	if (!is_dir)
		fd_close(openat(s->root, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0));
	fd = path_open_beneath(s->root, name, O_PATH, 0);
	return fd < 0 ? fd : mount_clone(fd, false);
}

int op_mask(struct stage *s, const struct plan_op *op, struct err *e)
{
	const char *path = plan_a(s->plan, op);
	AUTO_CLOSE int at = -EBADF;
	AUTO_CLOSE int tree = -EBADF;
	struct stat st;
	bool is_dir;
	int r;

	at = path_open_in_root(s->root, path, O_PATH, 0);
	if (at == -ENOENT || at == -ENOTDIR)
		return 0;
	if (at < 0 || fstat(at, &st) < 0)
		return err_sys(e, at < 0 ? at : -errno, "cannot look at %s", path);
	is_dir = S_ISDIR(st.st_mode);
	tree = hidden_tree(s, is_dir);
	r = tree < 0 ? tree : mount_attr(tree, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC, false);
	if (r == 0)
		r = mount_attach(tree, at);
	/* Only now: the kernel mounts nothing that has no name. */
	if (r == 0 &&
	    unlinkat(s->root, is_dir ? HIDDEN_DIR : HIDDEN_FILE, is_dir ? AT_REMOVEDIR : 0) < 0)
		r = -errno;
	return r < 0 ? err_sys(e, r, "cannot hide %s", path) : 0;
}

int op_pivot(struct stage *s, const struct plan_op *op, struct err *e)
{
	int r = mount_pivot(s->root);

	(void)op;
	s->root = fd_close(s->root);
	return r < 0 ? err_sys(e, r, "cannot make the new root the only one") : 0;
}
