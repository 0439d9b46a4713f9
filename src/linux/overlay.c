/* SPDX-License-Identifier: Apache-2.0 */
/* Overlay mounts whose layers are held by file descriptor. */
/* #syscalls openat2 fsopen fsconfig fsmount */
#include "linux/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/fd.h"
#include "base/path.h"
#include "linux/mount.h"

#define FD_PATH_MAX 32

/* The kernel takes layers by path; this one leads to the object that the fd holds, and no other. */
static void fd_path(char path[FD_PATH_MAX], int fd)
{
	snprintf(path, FD_PATH_MAX, "/proc/self/fd/%d", fd);
}

int overlay_new(int lower, int store, uint64_t attr)
{
	AUTO_CLOSE int upper = -EBADF;
	AUTO_CLOSE int work = -EBADF;
	char paths[3][FD_PATH_MAX];
	const char *const opts[] = { "userxattr", NULL,	    "volatile", NULL,
				     "lowerdir",  paths[0], "upperdir", paths[1],
				     "workdir",	  paths[2], NULL };

	upper = path_open_beneath(store, "upper", O_PATH | O_DIRECTORY, 0);
	if (upper < 0)
		return upper;
	work = path_open_beneath(store, "work", O_PATH | O_DIRECTORY, 0);
	if (work < 0)
		return work;
	fd_path(paths[0], lower);
	fd_path(paths[1], upper);
	fd_path(paths[2], work);
	return mount_new("overlay", opts, attr);
}
