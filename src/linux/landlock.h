/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock: a second wall around files, signals and abstract sockets. */
#ifndef LINUX_LANDLOCK_H
#define LINUX_LANDLOCK_H

#include <stdint.h>

/* Rights by ABI, numbers as the kernel has them; older headers lack the newest. */
#define LANDLOCK_FS_EXECUTE (UINT64_C(1) << 0)
#define LANDLOCK_FS_WRITE_FILE (UINT64_C(1) << 1)
#define LANDLOCK_FS_READ_FILE (UINT64_C(1) << 2)
#define LANDLOCK_FS_READ_DIR (UINT64_C(1) << 3)
#define LANDLOCK_FS_REFER (UINT64_C(1) << 13)
#define LANDLOCK_FS_TRUNCATE (UINT64_C(1) << 14)
#define LANDLOCK_FS_IOCTL_DEV (UINT64_C(1) << 15)
#define LANDLOCK_SCOPE_ALL UINT64_C(3) /* abstract unix sockets, signals */

/*
 * landlock_fs_rights - every file right that an ABI knows.
 * @abi: as landlock_abi gives it
 */
uint64_t landlock_fs_rights(int abi);

/*
 * landlock_new - a ruleset.
 * @fs, @net, @scopes: rights and scopes handled
 *
 * Returns an owned fd or negative errno. Source: landlock_create_ruleset(2), landlock(7).
 */
int landlock_new(uint64_t fs, uint64_t net, uint64_t scopes);

/*
 * landlock_allow - grant rights below a path.
 * @path: O_PATH fd (borrowed); rights that only directories have are left out for files
 *
 * Source: landlock_add_rule(2).
 */
int landlock_allow(int ruleset, int path, uint64_t rights);

/*
 * landlock_enter - put this process under the ruleset, for good. Source: landlock_restrict_self(2).
 */
int landlock_enter(int ruleset);

#endif
