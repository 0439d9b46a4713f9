/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts by file descriptor: trees are cloned, given attributes and attached, never by path. */
/* #syscalls open_tree mount_setattr move_mount fsopen fsconfig fsmount pivot_root umount2 fchdir
 * chdir */
#include "linux/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

#ifndef MOUNT_ATTR_IDMAP
#define MOUNT_ATTR_IDMAP 0x00100000
#endif
#define MS_PRIVATE_BIT (1u << 18)
#define MNT_DETACH_BIT 2

static int set_attr(int fd, const struct mount_attr *attr, unsigned int flags)
{
	long r = syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | flags, attr, sizeof(*attr));

	return r < 0 ? -errno : 0;
}

int mount_clone(int fd, bool recursive)
{
	unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH;
	long r = syscall(SYS_open_tree, fd, "", flags | (recursive ? AT_RECURSIVE : 0u));

	return r < 0 ? -errno : (int)r;
}

int mount_attr(int fd, uint64_t set, bool recursive)
{
	struct mount_attr attr = { .attr_set = set };

	return set_attr(fd, &attr, recursive ? AT_RECURSIVE : 0u);
}

int mount_idmap(int fd, int userns)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint32_t)userns };

	return set_attr(fd, &attr, 0);
}

int mount_private(int at)
{
	struct mount_attr attr = { .propagation = MS_PRIVATE_BIT };
	const char *path = at == AT_FDCWD ? "/" : "";
	long r = syscall(SYS_mount_setattr, at, path, AT_EMPTY_PATH | AT_RECURSIVE, &attr,
			 sizeof(attr));

	return r < 0 ? -errno : 0;
}

int mount_attach(int tree, int at)
{
	unsigned int flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;

	return syscall(SYS_move_mount, tree, "", at, "", flags) < 0 ? -errno : 0;
}

static int configure(int fs, const char *const *opts)
{
	for (; opts[0] != NULL; opts += 2) {
		unsigned int kind = opts[1] != NULL ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

		if (syscall(SYS_fsconfig, fs, kind, opts[0], opts[1], 0) < 0)
			return -errno;
	}
	return syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? -errno : 0;
}

int mount_new(const char *type, const char *const *opts, uint64_t attr)
{
	AUTO_CLOSE int fs = -EBADF;
	long r;

	fs = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
	if (fs < 0)
		return -errno;
	r = configure(fs, opts);
	if (r < 0)
		return (int)r;
	r = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, (unsigned int)attr);
	return r < 0 ? -errno : (int)r;
}

int mount_pivot(int root)
{
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
		return -errno;
	/* The old root now lies on top of the new one; the working directory still names it. */
	if (syscall(SYS_umount2, ".", MNT_DETACH_BIT) < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}
