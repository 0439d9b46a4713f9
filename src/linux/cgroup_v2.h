/* SPDX-License-Identifier: Apache-2.0 */
/* Version 2 of control groups: the group that ours may be made in. */
#ifndef LINUX_CGROUP_V2_H
#define LINUX_CGROUP_V2_H

#include "linux/cgroup.h"

/*
 * cgroup_v2_parent - find the group to make ours in, and enable the controllers there.
 * @text:   /proc/self/cgroup
 * @wanted: 1 << kind, for every limit that is asked for
 * @c:      is_delegated is read; enabled and is_leaf are written
 *
 * Looked at are the caller's own group and those around it, the nearest first, as far as they are
 * handed over to the caller: a group of systemd's only when it is marked as delegated. Root may
 * use the topmost group in any case. A group that holds processes can have no children with
 * controllers; when the caller is the only one it moves to a leaf.
 *
 * Returns an owned fd, or -ENOENT. Source: cgroup-v2.rst, "Delegation" and "No Internal Process
 * Constraint"; systemd, "Control Group APIs and Delegation".
 */
int cgroup_v2_parent(const char *text, unsigned int wanted, struct cgroup *c,
		     unsigned int *ret_kinds);

/* Moves the caller back from the leaf and disables what was enabled for it. */
void cgroup_v2_return(struct cgroup *c, int parent);

#endif
