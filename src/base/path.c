/* SPDX-License-Identifier: Apache-2.0 */
/* Paths opened through directory fds, so that a name is resolved once and then held. */
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

static int open2(int dir, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)(flags | O_CLOEXEC),
		.mode = mode,
		.resolve = resolve,
	};
	long fd;

	/* EAGAIN: something was renamed while the kernel looked; it never means "does not exist".
	 */
	do {
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	} while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	return fd < 0 ? -errno : (int)fd;
}

int path_open_beneath(int dir, const char *path, int flags, mode_t mode)
{
	return open2(dir, path, flags, mode,
		     RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

int path_open_in_root(int dir, const char *path, int flags, mode_t mode)
{
	return open2(dir, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int path_open_plain(int dir, const char *path, int flags, mode_t mode)
{
	return open2(dir, path, flags, mode, RESOLVE_NO_MAGICLINKS);
}

/* Makes one component and opens it; the old directory fd is given up. */
static int step_into(int dir, const char *name, mode_t mode)
{
	int next;

	if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
		return -errno;
	next = path_open_beneath(dir, name, O_PATH | O_DIRECTORY, 0);
	return next;
}

int path_mkdirs(int dir, const char *path, mode_t mode, struct err *e)
{
	AUTO_CLOSE int at = -EBADF;
	const char *p = path;

	while (*p == '/')
		p++;
	/* Most are there already: one call instead of two a component. */
	at = path_open_beneath(dir, *p != '\0' ? p : ".", O_PATH | O_DIRECTORY, 0);
	if (at != -ENOENT)
		return at < 0 ? err_sys(e, at, "cannot open directory %s", path) : fd_take(&at);
	at = path_open_plain(dir, ".", O_PATH | O_DIRECTORY, 0);
	while (at >= 0 && *p != '\0') {
		char name[NAME_MAX + 1];
		size_t n = strcspn(p, "/");
		int next;

		if (n > NAME_MAX)
			return err_sys(e, -ENAMETOOLONG, "%s", path);
		memcpy(name, p, n);
		name[n] = '\0';
		p += n + (p[n] == '/');
		if (n == 0)
			continue;
		next = step_into(at, name, mode);
		fd_close(at);
		at = next;
	}
	return at < 0 ? err_sys(e, at, "cannot make directory %s", path) : fd_take(&at);
}

int path_normal(const char *path)
{
	const char *p = path;

	if (*p != '/')
		return 0;
	if (p[1] == '\0')
		return 1;
	while (*p == '/') {
		size_t n = strcspn(++p, "/");

		if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
			return 0;
		p += n;
	}
	return 1;
}

int path_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1 && dir[0] == '/')
		return path[0] == '/';
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}
