/* SPDX-License-Identifier: Apache-2.0 */
/* Places inside the new root: directories and files made for mounts to land on. */
/* #syscalls openat2 mkdirat openat */
#include "stage/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "base/fd.h"
#include "base/path.h"

#define PARENT_MODE 0755

int place_parent(int root, const char *path, const char **ret_name, struct err *e)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = (size_t)(slash - path);

	if (n >= sizeof(parent))
		return err_sys(e, -ENAMETOOLONG, "%s", path);
	memcpy(parent, path, n);
	parent[n] = '\0';
	*ret_name = slash + 1;
	return path_mkdirs(root, parent, PARENT_MODE, e);
}

int place_dir(int root, const char *path, unsigned int mode, struct err *e)
{
	AUTO_CLOSE int parent = -EBADF;
	const char *name = NULL;
	int fd;

	if (path[1] == '\0')
		return path_mkdirs(root, "", PARENT_MODE, e);
	parent = place_parent(root, path, &name, e);
	if (parent < 0)
		return parent;
	fd = path_mkdirs(parent, name, mode, NULL);
	return fd < 0 ? err_sys(e, fd, "cannot make directory %s inside", path) : fd;
}

int place_file(int root, const char *path, unsigned int mode, struct err *e)
{
	AUTO_CLOSE int parent = -EBADF;
	const char *name = NULL;
	int fd;

	parent = place_parent(root, path, &name, e);
	if (parent < 0)
		return parent;
	/* A link is opened as what it is, and mounted upon: nothing leads elsewhere. */
	fd = path_open_beneath(parent, name, O_PATH | O_NOFOLLOW, 0);
	if (fd == -ENOENT) {
		fd = path_open_beneath(parent, name, O_CREAT | O_EXCL | O_WRONLY, mode);
		fd_close(fd);
		fd = fd < 0 ? fd : path_open_beneath(parent, name, O_PATH, 0);
	}
	return fd < 0 ? err_sys(e, fd, "cannot make file %s inside", path) : fd;
}
