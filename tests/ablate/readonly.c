/* SPDX-License-Identifier: Apache-2.0 */
/* What should be read-only is mounted writable. */
#include "linux/mount.h"

#include <linux/mount.h>

int __real_mount_attr(int fd, uint64_t set, bool recursive);
int __wrap_mount_attr(int fd, uint64_t set, bool recursive);
int __real_mount_new(const char *type, const char *const *opts, uint64_t attr);
int __wrap_mount_new(const char *type, const char *const *opts, uint64_t attr);

int __wrap_mount_attr(int fd, uint64_t set, bool recursive)
{
	return __real_mount_attr(fd, set & ~(uint64_t)MOUNT_ATTR_RDONLY, recursive);
}

int __wrap_mount_new(const char *type, const char *const *opts, uint64_t attr)
{
	return __real_mount_new(type, opts, attr & ~(uint64_t)MOUNT_ATTR_RDONLY);
}
