/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock: a second wall around files, signals and abstract sockets. */
/* #syscalls landlock_create_ruleset landlock_add_rule landlock_restrict_self fstat */
#include "linux/landlock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RULE_PATH_BENEATH 1
#define FILE_RIGHTS                                                                                \
	(LANDLOCK_FS_EXECUTE | LANDLOCK_FS_WRITE_FILE | LANDLOCK_FS_READ_FILE |                    \
	 LANDLOCK_FS_TRUNCATE | LANDLOCK_FS_IOCTL_DEV)

/* As the kernel lays them out; kernel headers of 2022 lack the last members. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

uint64_t landlock_fs_rights(int abi)
{
	/* ABI 1: 13 rights; 2: REFER; 3: TRUNCATE; 5: IOCTL_DEV. Later ones are not needed here. */
	unsigned int n = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : abi == 1 ? 13 : 0;

	return (UINT64_C(1) << n) - 1;
}

int landlock_new(uint64_t fs, uint64_t net, uint64_t scopes)
{
	struct ruleset_attr attr = { fs, net, scopes };
	/* A kernel that does not know a member wants it left out rather than zero. */
	size_t size = scopes ? sizeof(attr) : net ? 16 : 8;
	long r = syscall(SYS_landlock_create_ruleset, &attr, size, 0);

	return r < 0 ? -errno : (int)r;
}

int landlock_allow(int ruleset, int path, uint64_t rights)
{
	struct path_beneath_attr attr = { .allowed_access = rights, .parent_fd = path };
	struct stat st;

	if (fstat(path, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		attr.allowed_access &= FILE_RIGHTS;
	if (attr.allowed_access == 0)
		return 0;
	return syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &attr, 0) < 0 ? -errno
											: 0;
}

int landlock_enter(int ruleset)
{
	return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
}
