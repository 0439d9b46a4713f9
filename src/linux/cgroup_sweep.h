/* SPDX-License-Identifier: Apache-2.0 */
/* Groups that were left when everybody who would have removed them was killed. */
#ifndef LINUX_CGROUP_SWEEP_H
#define LINUX_CGROUP_SWEEP_H

#include <stdbool.h>

/*
 * cgroup_sweep - remove empty groups of sandboxes that are gone, around our own group.
 * @is_gone: whether the sandbox of an id runs no more; called with @arg
 *
 * Looked at are our own group and those above it, under every controller that we use. A group that
 * is younger than ten seconds may belong to one that starts, and is left alone.
 */
void cgroup_sweep(bool (*is_gone)(const char *id, void *arg), void *arg);

#endif
