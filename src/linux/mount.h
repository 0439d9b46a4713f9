/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts by file descriptor: trees are cloned, given attributes and attached, never by path. */
#ifndef LINUX_MOUNT_H
#define LINUX_MOUNT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * mount_clone - a detached copy of the mount tree at an fd.
 * @fd:        O_PATH fd (borrowed)
 * @recursive: with the mounts below it
 *
 * Returns an owned fd or negative errno; -EINVAL when not recursive and mounts below are locked.
 * Source: open_tree(2), OPEN_TREE_CLONE.
 */
int mount_clone(int fd, bool recursive);

/*
 * mount_attr - set attributes of a mount.
 * @set:       MOUNT_ATTR_* bits
 * @recursive: for every mount of the tree
 *
 * Source: mount_setattr(2).
 */
int mount_attr(int fd, uint64_t set, bool recursive);

/*
 * mount_idmap - show a detached mount's owners through the map of a user namespace.
 * @userns: fd of a user namespace (borrowed)
 *
 * Source: mount_setattr(2), MOUNT_ATTR_IDMAP. -EINVAL where the file system cannot.
 */
int mount_idmap(int fd, int userns);

/*
 * mount_private - stop mount events from crossing between this namespace and its parent's.
 * @at: AT_FDCWD for all mounts of this namespace, or a detached tree (borrowed)
 *
 * A clone of a shared mount is its peer: what is mounted on either appears on both. Source:
 * mount_namespaces(7), "Shared subtrees".
 */
int mount_private(int at);

/*
 * mount_attach - attach a detached tree.
 * @tree: owned by the caller still
 * @at:   O_PATH fd of the mount point (borrowed)
 *
 * Source: move_mount(2), MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH.
 */
int mount_attach(int tree, int at);

/*
 * mount_new - make a detached mount of a new file system.
 * @type:  for example "tmpfs"
 * @opts:  name and value in turn, ended by NULL; a NULL value sets a flag
 * @attr:  MOUNT_ATTR_*
 *
 * Source: fsopen(2), fsconfig(2), fsmount(2).
 */
int mount_new(const char *type, const char *const *opts, uint64_t attr);

/*
 * mount_pivot - make a mount the root of this namespace and let go of all others.
 * @root: fd of its root directory (borrowed)
 *
 * Source: pivot_root(2), NOTES, "pivot_root(".", ".")".
 */
int mount_pivot(int root);

#endif
