/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: one clone with the same namespaces, mounts, filter and Landlock rules, then exec. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS                                                                                         \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | \
	 CLONE_NEWCGROUP | CLONE_NEWTIME)
#define FILTER 220
#define LANDLOCK_ALL ((UINT64_C(1) << 15) - 1)

static void need(long r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
		_exit(125);
	}
}

static void text(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	need(fd, path);
	need(write(fd, s, strlen(s)), path);
	close(fd);
}

static int fs(const char *type)
{
	int f = (int)syscall(SYS_fsopen, type, 1);

	need(f, type);
	need(syscall(SYS_fsconfig, f, FSCONFIG_CMD_CREATE, NULL, NULL, 0), type);
	return (int)syscall(SYS_fsmount, f, 1, 0);
}

static void put(int tree, int root, const char *name)
{
	need(syscall(SYS_move_mount, tree, "", root, name, MOVE_MOUNT_F_EMPTY_PATH), name);
	close(tree);
}

static void bind_one(const char *from, int root, const char *to, int is_file)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int tree = (int)syscall(SYS_open_tree, AT_FDCWD, from, OPEN_TREE_CLONE | AT_RECURSIVE);

	if (tree < 0)
		return;
	syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr));
	if (is_file)
		close(openat(root, to, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	else
		mkdirat(root, to, 0755);
	put(tree, root, to);
}

static void mounts(void)
{
	static const char *const dirs[] = { "tmp", "run", "home", "vartmp", "dev",
					    "shm", "pts", "mq",	  "proc" };
	static const char *const nodes[] = { "null", "zero", "full", "random", "urandom", "tty" };
	struct mount_attr private = { .propagation = 1u << 18 };
	int root = fs("tmpfs");
	char from[64];
	char to[64];

	need(syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &private, sizeof(private)),
	     "private");
	need(syscall(SYS_move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH), "root");
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		mkdirat(root, dirs[i], 0755);
	bind_one("/usr", root, "usr", 0);
	bind_one("/etc", root, "etc", 0);
	bind_one("/opt", root, "opt", 0);
	bind_one("/var/lib/dpkg", root, "dpkg", 0);
	bind_one("/sys/devices/system/cpu", root, "cpu", 0);
	need(symlinkat("usr/lib64", root, "lib64") | symlinkat("usr/lib", root, "lib") |
		     symlinkat("usr/bin", root, "bin"),
	     "links");
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		snprintf(from, sizeof(from), "/dev/%s", nodes[i]);
		snprintf(to, sizeof(to), "dev/%s", nodes[i]);
		bind_one(from, root, to, 1);
	}
	/* As many binds as the sandbox has for its own places, files and masks, and one overlay. */
	for (int i = 0; i < 12; i++) {
		snprintf(to, sizeof(to), "m%d", i);
		bind_one("/dev/null", root, to, 1);
	}
	put(fs("devpts"), root, "pts");
	put(fs("mqueue"), root, "mq");
	put(fs("proc"), root, "proc");
	put(fs("tmpfs"), root, "tmp");
	need(fchdir(root) | syscall(SYS_pivot_root, ".", ".") | syscall(SYS_umount2, ".", 2) |
		     chdir("/"),
	     "pivot");
}

static void landlock(void)
{
	static const char *const paths[] = { "/",    "/usr", "/etc",  "/opt",	 "/dev",  "/proc",
					     "/tmp", "/run", "/home", "/vartmp", "/dpkg", "/cpu" };
	uint64_t handled = LANDLOCK_ALL;
	int set = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);

	for (size_t i = 0; set >= 0 && i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct {
			uint64_t rights;
			int32_t fd;
		} __attribute__((packed))
		rule = { LANDLOCK_ALL, open(paths[i], O_PATH | O_CLOEXEC) };

		syscall(SYS_landlock_add_rule, set, 1, &rule, 0);
		close(rule.fd);
	}
	if (set >= 0)
		need(syscall(SYS_landlock_restrict_self, set, 0), "landlock");
}

static void filter(void)
{
	struct sock_filter code[FILTER];
	struct sock_fprog prog = { FILTER, code };

	code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	for (int i = 1; i < FILTER - 1; i++)
		code[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						       1000u + (unsigned)i, 0, 0);
	code[FILTER - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog), "seccomp");
}

int main(int argc, char **argv)
{
	struct clone_args args = { .flags = NS, .exit_signal = SIGCHLD };
	char uid[64];
	char gid[64];
	int status;
	long pid;

	if (argc < 2)
		return 125;
	snprintf(uid, sizeof(uid), "%u %u 1", getuid(), getuid());
	snprintf(gid, sizeof(gid), "%u %u 1", getgid(), getgid());
	pid = syscall(SYS_clone3, &args, sizeof(args));
	need(pid, "clone3");
	if (pid == 0) {
		text("/proc/self/setgroups", "deny");
		text("/proc/self/uid_map", uid);
		text("/proc/self/gid_map", gid);
		mounts();
		landlock();
		filter();
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	need(waitpid((pid_t)pid, &status, 0), "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
