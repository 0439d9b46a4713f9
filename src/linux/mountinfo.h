/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts that a process sees. */
#ifndef LINUX_MOUNTINFO_H
#define LINUX_MOUNTINFO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MOUNTINFO_AT_MAX 4096 /* with its NUL; a longer one is cut, and equals no path */

/*
 * struct mountinfo - one mount.
 * @id:  as statx(2) tells it with STATX_MNT_ID
 * @dev: of its file system
 * @at:  mount point as the process sees it
 */
struct mountinfo {
	uint64_t id;
	dev_t dev;
	char at[MOUNTINFO_AT_MAX];
};

/*
 * mountinfo_parse - read one line.
 * @ret: written as far as the line goes
 *
 * Returns 0, or -EBADMSG for what is no such line.
 */
int mountinfo_parse(const char *line, struct mountinfo *ret);

/*
 * mountinfo_find - whether a mount of a process is one that is looked for.
 * @pid: the process
 * @is:  asked for each mount until it says true
 *
 * Returns 1 or 0, or negative errno. Source: proc_pid_mountinfo(5).
 */
int mountinfo_find(pid_t pid, bool (*is)(const struct mountinfo *m, const void *arg),
		   const void *arg);

#endif
