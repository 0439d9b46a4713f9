/* SPDX-License-Identifier: Apache-2.0 */
/* Overlay mounts whose layers are held by file descriptor. */
#ifndef LINUX_OVERLAY_H
#define LINUX_OVERLAY_H

#include <stdint.h>

/*
 * overlay_new - make a detached overlay mount, writable by an unprivileged user namespace.
 * @lower: directory fd in this mount namespace, without locked mounts below it (borrowed)
 * @store: fd of a directory that holds upper/ and work/ (borrowed)
 * @attr:  MOUNT_ATTR_*
 *
 * The mount is volatile: it never waits for the disk, so whoever keeps the store has to sync it.
 * Whiteouts are devices 0:0, opaque directories carry user.overlay.opaque.
 * Returns an owned mount fd or negative errno; -EINVAL also for a layer with locked mounts below.
 * Source: Documentation/filesystems/overlayfs.rst, "userxattr".
 */
int overlay_new(int lower, int store, uint64_t attr);

#endif
