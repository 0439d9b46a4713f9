/* SPDX-License-Identifier: Apache-2.0 */
/* User namespaces: id maps, and the process that enters one. */
#ifndef LINUX_USERNS_H
#define LINUX_USERNS_H

#include <stdint.h>
#include <sys/types.h>

/* One id in a namespace and the id outside that it stands for. */
struct userns_map {
	uint32_t uid_in, uid_out, gid_in, gid_out;
};

/*
 * userns_map_self - map the caller's one uid and gid in the namespace that it was just cloned into.
 * Source: user_namespaces(7), "Defining user and group ID mappings": setgroups is denied first.
 */
int userns_map_self(const struct userns_map *m);

/*
 * userns_become - as root: drop all groups and take an unprivileged uid and gid for good.
 */
int userns_become(uint32_t uid, uint32_t gid);

/*
 * userns_for_idmap - an fd of a user namespace with a map, for id-mapped mounts. As root.
 * @disk_uid, @disk_gid: ids on disk
 * @m:                   the outside ids that they are shown as
 *
 * Returns an owned fd or negative errno. The helper process is gone on return.
 */
int userns_for_idmap(uint32_t disk_uid, uint32_t disk_gid, const struct userns_map *m);

/*
 * userns_is_initial - whether this is the host's first user namespace, where uid 0 is the real
 * root.
 *
 * Returns 1, 0, or negative errno. Source: the inode number of the initial one is a constant of the
 * kernel, PROC_USER_INIT_INO.
 */
int userns_is_initial(void);

/*
 * userns_clone - clone this process into new namespaces, as the caller's sibling.
 * @flags: CLONE_NEW*
 *
 * Returns 0 in the child, the pid in the caller, or negative errno.
 * Source: clone(2), CLONE_PARENT.
 */
pid_t userns_clone(uint64_t flags);

#endif
