/* SPDX-License-Identifier: Apache-2.0 */
/* No IPC namespace; its message queues cannot be mounted then. */
#include "without.h"

#include <string.h>

WITHOUT(CLONE_NEWIPC)

int __real_mount_new(const char *type, const char *const *opts, uint64_t attr);
int __wrap_mount_new(const char *type, const char *const *opts, uint64_t attr);

int __wrap_mount_new(const char *type, const char *const *opts, uint64_t attr)
{
	return __real_mount_new(strcmp(type, "mqueue") == 0 ? "tmpfs" : type, opts, attr);
}
