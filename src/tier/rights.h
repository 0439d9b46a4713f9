/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock's file rights as numbers, for plans. */
#ifndef TIER_RIGHTS_H
#define TIER_RIGHTS_H

#include <stdint.h>

/* Source: landlock(7); the kernel's numbers, which never change. */
#define RIGHT_EXECUTE (UINT64_C(1) << 0)
#define RIGHT_READ_FILE (UINT64_C(1) << 2)
#define RIGHT_READ_DIR (UINT64_C(1) << 3)
#define RIGHTS_READ (RIGHT_EXECUTE | RIGHT_READ_FILE | RIGHT_READ_DIR)
#define RIGHTS_SCOPES UINT64_C(3) /* abstract sockets, signals */
#define RIGHTS_SCOPE_ABI 6
#define RIGHT_RESOLVE_UNIX (UINT64_C(1) << 16) /* to sockets made outside the sandbox */
#define RESOLVE_UNIX_ABI 9

/*
 * rights_all - every right of an ABI to the files themselves.
 * @abi: 1 has 13 rights; 2 adds REFER, 3 TRUNCATE, 5 IOCTL_DEV
 */
static inline uint64_t rights_all(int abi)
{
	unsigned int n = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : abi == 1 ? 13 : 0;

	return (UINT64_C(1) << n) - 1;
}

#endif
