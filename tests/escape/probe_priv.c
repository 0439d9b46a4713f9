/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on privilege: ids, capabilities, setuid programs, keyrings, namespaces of one's own. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GROUPS_MAX 64
#define SHOWN_MS 400
#define STATUS "/proc/self/status"

int in_userns(int (*act)(void), int more)
{
	unsigned int uid = geteuid();
	unsigned int gid = getegid();
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWUSER | more) < 0)
		return held("unshare a user namespace");
	write_file("/proc/self/setgroups", "deny");
	if (write_file("/proc/self/uid_map", path_of("0 %u 1\n", uid)) < 0 ||
	    write_file("/proc/self/gid_map", path_of("0 %u 1\n", gid)) < 0)
		return held("map ids");
	pid = fork();
	if (pid == 0) {
		int v = act();

		fflush(stdout);
		_exit(v);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return held("fork");
	return WIFEXITED(status) ? WEXITSTATUS(status) : V_HELD;
}

static int judge_status(const char *line, const char *what)
{
	int has = status_has(STATUS, line);

	errno = ENOENT;
	return has < 0 ? broken("status") : has ? opened("%s", what) : held(what);
}

static int pv01(void)
{
	return judge_status("NoNewPrivs:\t0", "no_new_privs is not set");
}

static int pv02(void)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" };
	int has = 0;

	for (size_t i = 0; i < 5; i++)
		has += status_has(STATUS, path_of("%s:\t0000000000000000", sets[i])) == 0;
	errno = ENOENT;
	return has > 0 ? opened("%d sets are not empty", has) : held("capabilities");
}

/* Stays for a moment, so that the host can look at who this is out there. */
static int be_seen(const char *what)
{
	struct timespec shown = { .tv_nsec = SHOWN_MS * 1000000L };

	puts("SEEN?");
	nanosleep(&shown, NULL);
	return opened("%s", what);
}

static int pv03(void)
{
	return be_seen("whoever the host says");
}

static int pv04(void)
{
	if (setresuid(0, 0, 0) < 0 && setuid(0) < 0)
		return held("setresuid");
	return be_seen("uid 0 as it seems in here");
}

static int pv05(void)
{
	gid_t groups[GROUPS_MAX];
	int n = getgroups(GROUPS_MAX, groups);

	for (int i = 0; i < n; i++)
		if (groups[i] != getgid())
			return opened("group %u", groups[i]);
	errno = ENOENT;
	return held("groups of the caller");
}

static int pv06(void)
{
	return judge(setgroups(0, NULL), "setgroups");
}

static int pv07(void)
{
	return judge(unshare(CLONE_NEWUSER), "unshare CLONE_NEWUSER");
}

static int pv08(void)
{
	struct clone_args args = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0)
		_exit(0);
	return judge(pid, "clone3 CLONE_NEWUSER");
}

static int pv09(void)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, 0);

	if (pid == 0)
		_exit(0);
	return judge(pid, "clone CLONE_NEWUSER");
}

static int pv10(void)
{
	static const int kinds[] = { CLONE_NEWNET, CLONE_NEWNS,	    CLONE_NEWIPC, CLONE_NEWUTS,
				     CLONE_NEWPID, CLONE_NEWCGROUP, CLONE_NEWTIME };
	int done = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		done += unshare(kinds[i]) == 0;
	return done > 0 ? opened("%d namespaces", done) : held("unshare");
}

static int pv11(void)
{
	return judge(open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC),
		     "max_user_namespaces");
}

static int pv12(void)
{
	return judge(open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC), "uid_map");
}

static long keyctl_(int op, unsigned long a, unsigned long b, unsigned long c)
{
	return syscall(SYS_keyctl, op, a, b, c, 0);
}

static int show_key(int ring)
{
	char text[256] = "";
	long key = keyctl_(KEYCTL_SEARCH, (unsigned long)ring, (unsigned long)"user",
			   (unsigned long)arg("key"));

	if (key < 0)
		return held("keyctl search");
	if (keyctl_(KEYCTL_READ, (unsigned long)key, (unsigned long)text, sizeof(text) - 1) < 0)
		return held("keyctl read");
	return opened("%s", text);
}

static int pv13(void)
{
	return show_key(KEY_SPEC_USER_KEYRING);
}

static int pv14(void)
{
	return judge(syscall(SYS_add_key, "user", "escape-probe", "x", 1, KEY_SPEC_PROCESS_KEYRING),
		     "add_key");
}

static int pv15(void)
{
	return judge_code(syscall(SYS_request_key, "user", "escape-none", NULL, 0), ENOKEY,
			  "request_key");
}

static int pv16(void)
{
	return show_key(KEY_SPEC_SESSION_KEYRING);
}

static int pv17(void)
{
	const char *path = path_of("%s/filecap", arg("ws"));

	execl(path, path, "say-ids", (char *)NULL);
	return held("exec");
}

static int pv18(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return broken("capget");
	data[0].inheritable = data[0].permitted;
	if (data[0].permitted == 0) {
		errno = EPERM;
		return held("no capability to begin with");
	}
	if (syscall(SYS_capset, &head, data) < 0)
		return held("capset");
	return judge(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0),
		     "ambient capability");
}

static int pv19(void)
{
	int bits = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
	int wanted = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED;

	if (bits < 0)
		return held("PR_GET_SECUREBITS");
	errno = EPERM;
	return (bits & wanted) == wanted ? held("securebits are locked")
					 : opened("securebits 0x%x", bits);
}

/* su waits for a password; meanwhile its status says whether the set-user-id bit counted. */
static int pv20(void)
{
	int ends[2];
	int out[2];
	int is_root;
	pid_t pid;

	if (access("/usr/bin/su", X_OK) < 0 || pipe(ends) < 0 || pipe(out) < 0)
		return held("su");
	pid = fork();
	if (pid == 0) {
		dup2(ends[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		execl("/usr/bin/su", "su", "-c", "true", "root", (char *)NULL);
		_exit(1);
	}
	usleep(150000);
	is_root = status_has(path_of("/proc/%d/status", pid),
			     path_of("\nUid:\t%u\t0\t0\t0\n", getuid()));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	errno = EPERM;
	return is_root == 1 ? opened("su runs as root") : held("set-user-id program");
}

/* The policy that the next run reads: the user's own, and the one of the system. */
static int pv22(void)
{
	const char *const files[] = { path_of("%s/.config/tiercel/policy.yaml", arg("home")),
				      "/etc/tiercel/policy.yaml" };
	int done = 0;

	for (size_t i = 0; i < 2; i++)
		done += write_file(files[i], "version: 1\nrisk: low\n") == 0;
	return done > 0 ? opened("policy changed") : held("policy files");
}

static int pv23(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", arg("control"));
	if (fd < 0)
		return held("socket");
	return judge(connect(fd, (struct sockaddr *)&to, sizeof(to)), "control socket");
}

const struct act priv_acts[] = {
	{ "PV-01", pv01 }, { "PV-02", pv02 }, { "PV-03", pv03 }, { "PV-04", pv04 },
	{ "PV-05", pv05 }, { "PV-06", pv06 }, { "PV-07", pv07 }, { "PV-08", pv08 },
	{ "PV-09", pv09 }, { "PV-10", pv10 }, { "PV-11", pv11 }, { "PV-12", pv12 },
	{ "PV-13", pv13 }, { "PV-14", pv14 }, { "PV-15", pv15 }, { "PV-16", pv16 },
	{ "PV-17", pv17 }, { "PV-18", pv18 }, { "PV-19", pv19 }, { "PV-20", pv20 },
	{ "PV-22", pv22 }, { "PV-23", pv23 }, { NULL, NULL },
};
