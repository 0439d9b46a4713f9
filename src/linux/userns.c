/* SPDX-License-Identifier: Apache-2.0 */
/* User namespaces: id maps, and the process that enters one. */
/* #syscalls openat write close clone3 setgroups setresgid setresuid prctl pipe2 read wait4 kill */
#include "linux/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

#define PROC_PATH_MAX 48
#define INITIAL_INODE 0xEFFFFFFDu
#define MAP_TEXT_MAX 48

static int write_text(const char *path, const char *text)
{
	AUTO_CLOSE int fd = -EBADF;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd_write_full(fd, text, strlen(text));
}

static int write_map(const char *path, uint32_t in, uint32_t out)
{
	char text[MAP_TEXT_MAX];

	snprintf(text, sizeof(text), "%u %u 1\n", in, out);
	return write_text(path, text);
}

int userns_map_self(const struct userns_map *m)
{
	int r = write_text("/proc/self/setgroups", "deny");

	if (r == 0)
		r = write_map("/proc/self/uid_map", m->uid_in, m->uid_out);
	if (r == 0)
		r = write_map("/proc/self/gid_map", m->gid_in, m->gid_out);
	return r;
}

int userns_become(uint32_t uid, uint32_t gid)
{
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return -errno;
	/* Changing ids makes /proc/self root's; the child has to write its own map there. */
	return prctl(PR_SET_DUMPABLE, 1) < 0 ? -errno : 0;
}

int userns_is_initial(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) < 0 ? -errno : st.st_ino == INITIAL_INODE;
}

pid_t userns_clone(uint64_t flags)
{
	struct clone_args args = { .flags = flags | CLONE_PARENT };
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	return pid < 0 ? -errno : (pid_t)pid;
}

static int map_other(pid_t pid, uint32_t disk_uid, uint32_t disk_gid, const struct userns_map *m)
{
	char path[PROC_PATH_MAX];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	r = write_map(path, disk_uid, m->uid_out);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	r = write_map(path, disk_gid, m->gid_out);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	r = open(path, O_RDONLY | O_CLOEXEC);
	return r < 0 ? -errno : r;
}

int userns_for_idmap(uint32_t disk_uid, uint32_t disk_gid, const struct userns_map *m)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	pid_t parent = getpid();
	long pid = syscall(SYS_clone3, &args, sizeof(args));
	int r;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		/* Only the namespace is wanted; it lives as long as this waits to be killed. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent)
			pause();
		_exit(0);
	}
	r = map_other((pid_t)pid, disk_uid, disk_gid, m);
	if (kill((pid_t)pid, SIGKILL) < 0) {
		int error = -errno;

		/* It ends with this process, so nobody waits for it here. */
		fd_close(r);
		return error;
	}
	while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return r;
}
