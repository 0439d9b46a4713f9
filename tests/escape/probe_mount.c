/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on mounts: the old and the new interface, file handles, overlays and user namespaces. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of <sys/mount.h>, which cannot be had together with <linux/mount.h> everywhere. */
#define DETACH 2
#define ROOT_INODE 2

static long sys_mount(const char *from, const char *to, const char *type, unsigned long flags,
		      const char *data)
{
	return syscall(SYS_mount, from, to, type, flags, data);
}

static const char *place(void)
{
	const char *path = path_of("%s/mnt", arg("ws"));

	mkdir(path, 0755);
	return path;
}

static int fs14(void)
{
	const char *to = place();

	syscall(SYS_umount2, "/proc/keys", DETACH);
	if (sys_mount("proc", to, "proc", 0, NULL) < 0 && judge_read("/proc/keys") != V_OPEN)
		return held("mount proc again");
	return opened("%zd bytes", show_file(AT_FDCWD, path_of("%s/keys", to)));
}

static int fs15(void)
{
	return judge(sys_mount("none", "/usr", "tmpfs", 0, NULL), "tmpfs over /usr");
}

static int fs16(void)
{
	if (sys_mount(NULL, "/proc", NULL, MS_REMOUNT | MS_BIND, NULL) < 0)
		return held("remount rw");
	return opened("remount rw");
}

static int fs17(void)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					       MOUNT_ATTR_NODEV };

	return judge(syscall(SYS_mount_setattr, AT_FDCWD, "/proc", 0, &attr, sizeof(attr)),
		     "mount_setattr");
}

static int fs18(void)
{
	long tree = syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (tree < 0)
		return held("open_tree");
	return judge(syscall(SYS_move_mount, tree, "", AT_FDCWD, place(), MOVE_MOUNT_F_EMPTY_PATH),
		     "move_mount");
}

static long new_mount(const char *type)
{
	long fs = syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
}

static int fs19(void)
{
	return judge(new_mount("tmpfs"), "fsopen, fsmount");
}

static int fs20(void)
{
	long fs = syscall(SYS_fspick, AT_FDCWD, "/dev/shm", FSPICK_CLOEXEC);

	return judge(fs, "fspick");
}

static int fs21(void)
{
	const char *root = place();

	if (sys_mount("none", root, "tmpfs", 0, NULL) < 0)
		return held("mount");
	mkdir(path_of("%s/old", root), 0755);
	if (syscall(SYS_pivot_root, root, path_of("%s/old", root)) < 0)
		return held("pivot_root");
	return judge_read(path_of("/old%s", arg("canary")));
}

static int fs23(void)
{
	const char *const covers[] = { "/proc/kallsyms", "/etc/hosts", "/dev/shm", "/proc" };

	for (size_t i = 0; i < 4; i++)
		if (syscall(SYS_umount2, covers[i], DETACH) == 0)
			return opened("umount %s", covers[i]);
	return held("umount2");
}

static int fs24(void)
{
	return judge(sys_mount("escape-leak", place(), "tmpfs", 0, NULL), "mount in the workspace");
}

/* The handle of the root of an ext file system: inode 2, generation 0. */
static int fs25(void)
{
	struct {
		struct file_handle head;
		uint32_t id[2];
	} handle = { .head = { .handle_bytes = 8, .handle_type = 1 }, .id = { ROOT_INODE, 0 } };
	int mount = open(arg("ws"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long fd = syscall(SYS_open_by_handle_at, mount, &handle, O_RDONLY | O_DIRECTORY);

	if (fd < 0 && errno == ESTALE)
		return opened("no ext file system, but the call is allowed");
	return judge(fd, "open_by_handle_at of inode 2");
}

static int fs26(void)
{
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} handle = { .head = { .handle_bytes = MAX_HANDLE_SZ } };
	int mount = open(arg("ws"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int id;

	if (syscall(SYS_name_to_handle_at, AT_FDCWD, arg("ws"), &handle, &id, 0) < 0)
		return held("name_to_handle_at");
	return judge(syscall(SYS_open_by_handle_at, mount, &handle, O_PATH), "open_by_handle_at");
}

static int overlay_of_usr(void)
{
	const char *base = place();

	if (sys_mount("none", base, "tmpfs", 0, NULL) < 0)
		return held("tmpfs");
	mkdir(path_of("%s/u", base), 0755);
	mkdir(path_of("%s/w", base), 0755);
	mkdir(path_of("%s/m", base), 0755);
	return judge(sys_mount("none", path_of("%s/m", base), "overlay", 0,
			       path_of("lowerdir=/usr/lib,upperdir=%s/u,workdir=%s/w,userxattr",
				       base, base)),
		     "overlay");
}

static int fs27(void)
{
	return in_userns(overlay_of_usr, CLONE_NEWNS);
}

static int hold_userns(void *unused)
{
	(void)unused;
	pause();
	return 0;
}

static int fs28(void)
{
	static char stack[65536];
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	long tree =
		syscall(SYS_open_tree, AT_FDCWD, arg("ws"), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	pid_t pid;
	int v;

	if (tree < 0)
		return held("open_tree");
	pid = clone(hold_userns, stack + sizeof(stack), CLONE_NEWUSER | SIGCHLD, NULL);
	if (pid < 0)
		return held("clone");
	write_file(path_of("/proc/%d/uid_map", pid), "0 100000 65536\n");
	write_file(path_of("/proc/%d/gid_map", pid), "0 100000 65536\n");
	attr.userns_fd = (unsigned int)open(path_of("/proc/%d/ns/user", pid), O_RDONLY | O_CLOEXEC);
	v = judge(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)),
		  "idmapped mount");
	kill(pid, SIGKILL);
	return v;
}

static int fuse_open(void)
{
	return judge(syscall(SYS_fsopen, "fuse", FSOPEN_CLOEXEC), "fsopen fuse");
}

static int fs29(void)
{
	return in_userns(fuse_open, CLONE_NEWNS);
}

static int cgroup_mount(void)
{
	const char *to = place();

	if (sys_mount("none", to, "cgroup", 0, "pids") < 0 &&
	    sys_mount("none", to, "cgroup2", 0, NULL) < 0)
		return held("mount cgroup");
	return opened("a hierarchy is mounted");
}

static int fs44(void)
{
	return in_userns(cgroup_mount, CLONE_NEWNS | CLONE_NEWCGROUP);
}

static int kinds_mount(void)
{
	const char *const types[] = { "overlay", "tmpfs", "ramfs", "devpts",
				      "mqueue",	 "bpf",	  "proc",  "fuse" };
	int done = 0;

	for (size_t i = 0; i < 8; i++)
		done += syscall(SYS_fsopen, types[i], FSOPEN_CLOEXEC) >= 0;
	return done > 0 ? opened("%d kinds of file system", done) : held("fsopen");
}

static int k36(void)
{
	return in_userns(kinds_mount, CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID);
}

const struct act mount_acts[] = {
	{ "FS-14", fs14 }, { "FS-15", fs15 }, { "FS-16", fs16 }, { "FS-17", fs17 },
	{ "FS-18", fs18 }, { "FS-19", fs19 }, { "FS-20", fs20 }, { "FS-21", fs21 },
	{ "FS-23", fs23 }, { "FS-24", fs24 }, { "FS-25", fs25 }, { "FS-26", fs26 },
	{ "FS-27", fs27 }, { "FS-28", fs28 }, { "FS-29", fs29 }, { "FS-44", fs44 },
	{ "K-36", k36 },   { NULL, NULL },
};
