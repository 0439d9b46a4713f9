/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on processes: signals, tracing, memory, priorities and objects of the host's. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWEEP_PIDS 2000
#define MARKER_MAX 64

static pid_t target(void)
{
	return (pid_t)arg_num("pid");
}

static int pr01(void)
{
	return judge(kill(target(), SIGUSR1), "kill");
}

/* SIGURG is ignored where nobody waits for it, so this is harmless even outside. */
static int pr02(void)
{
	return judge(kill(-1, SIGURG), "kill everybody");
}

static int pr03(void)
{
	pid_t group = getpgid(target());

	return judge(group < 0 ? -1 : killpg(group, SIGUSR1), "killpg");
}

static int pr04(void)
{
	struct f_owner_ex owner = { F_OWNER_PID, target() };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return held("socketpair");
	if (fcntl(ends[0], F_SETOWN_EX, &owner) < 0 || fcntl(ends[0], F_SETSIG, SIGUSR1) < 0)
		return held("F_SETOWN");
	if (fcntl(ends[0], F_SETFL, O_ASYNC) < 0)
		return held("O_ASYNC");
	return judge(write(ends[1], "x", 1), "SIGIO to a process of the host");
}

static int pr05(void)
{
	return judge(ptrace(PTRACE_SEIZE, target(), 0, 0), "ptrace");
}

static int pr06(void)
{
	char found[MARKER_MAX] = "";
	struct iovec to = { found, sizeof(found) - 1 };
	struct iovec from = { (void *)arg_num("addr"), sizeof(found) - 1 };

	if (process_vm_readv(target(), &to, 1, &from, 1, 0) <= 0)
		return held("process_vm_readv");
	return opened("%s", found);
}

static int pr07(void)
{
	const char *const names[] = { "environ", "cmdline", "maps", "auxv", "stack" };

	for (size_t i = 0; i < 5; i++)
		if (show_file(AT_FDCWD, path_of("/proc/%d/%s", target(), names[i])) > 0)
			return opened("%s", names[i]);
	return held("/proc/PID");
}

static int pr08(void)
{
	long pidfd = syscall(SYS_pidfd_open, target(), 0);
	long fd;

	if (pidfd < 0)
		return held("pidfd_open");
	fd = syscall(SYS_pidfd_getfd, pidfd, (int)arg_num("fd"), 0);
	if (fd < 0)
		return held("pidfd_getfd");
	show_file(AT_FDCWD, path_of("/proc/self/fd/%ld", fd));
	return opened("descriptor taken");
}

static int pr09(void)
{
	int dir = open(path_of("/proc/%d", target()), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return held("/proc/PID");
	return judge(syscall(SYS_pidfd_send_signal, dir, SIGUSR1, NULL, 0), "pidfd_send_signal");
}

/* Process 1 of the sandbox, or of the throw-away namespace that the control runs in. */
static int pr10(void)
{
	if (ptrace(PTRACE_SEIZE, 1, 0, 0) < 0)
		return held("ptrace pid 1");
	ptrace(PTRACE_DETACH, 1, 0, 0);
	return opened("ptrace pid 1");
}

static int pr11(void)
{
	int fd = open("/proc/1/exe", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return held("/proc/1/exe");
	/* A running program cannot be opened for writing; that answer comes after permission. */
	return judge_code(open(path_of("/proc/self/fd/%d", fd), O_WRONLY | O_CLOEXEC), ETXTBSY,
			  "/proc/1/exe");
}

static int pr13(void)
{
	const char *const names[] = { "environ", "maps", "auxv" };

	for (size_t i = 0; i < 3; i++)
		if (show_file(AT_FDCWD, path_of("/proc/1/%s", names[i])) > 0)
			return opened("/proc/1/%s", names[i]);
	return judge(open("/proc/1/mem", O_RDONLY | O_CLOEXEC), "/proc/1/mem");
}

static int pr14(void)
{
	const char *const kinds[] = { "net", "ipc", "uts", "mnt", "cgroup", "user" };

	for (size_t i = 0; i < 6; i++) {
		const char *path = path_of("/proc/1/ns/%s", kinds[i]);
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0 && setns(fd, 0) == 0)
			return opened("setns %s", path);
	}
	return held("setns");
}

/* Threads of every process that can be seen: one without a filter would be a way around it. */
static int unfiltered(const char *line)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int seen = 0;

	if (dir == NULL)
		return held("/proc");
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		const char *path;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		path = path_of("/proc/%s/task/%s/status", entry->d_name, entry->d_name);
		if (status_has(path, line) == 1)
			return opened("%s", path);
		seen++;
	}
	closedir(dir);
	errno = ENOENT;
	return seen > 0 ? held("a process without") : broken("/proc is empty");
}

static int pr19(void)
{
	return unfiltered("Seccomp:\t0");
}

static int pr20(void)
{
	return unfiltered("NoNewPrivs:\t0");
}

static int pr21(void)
{
	cpu_set_t one;
	struct rlimit limit;
	int done = setpriority(PRIO_PROCESS, (id_t)target(), 7) == 0;

	CPU_ZERO(&one);
	CPU_SET(0, &one);
	done += sched_setaffinity(target(), sizeof(one), &one) == 0;
	done += prlimit(target(), RLIMIT_CORE, NULL, &limit) == 0 &&
		prlimit(target(), RLIMIT_CORE, &limit, NULL) == 0;
	return done > 0 ? opened("%d of 3", done) : held("setpriority, affinity, prlimit");
}

static int pr22(void)
{
	long pidfd = syscall(SYS_pidfd_open, target(), 0);
	struct iovec from = { (void *)(arg_num("addr") & ~4095ul), 4096 };
	int done = syscall(SYS_kcmp, getpid(), target(), 0, 0, 0) >= 0;

	done += pidfd >= 0 && syscall(SYS_process_madvise, pidfd, &from, 1, MADV_COLD, 0) >= 0;
	done += syscall(SYS_move_pages, target(), 0, NULL, NULL, NULL, 0) >= 0;
	return done > 0 ? opened("%d of 3", done) : held("kcmp, process_madvise, move_pages");
}

static int pr23(void)
{
	int id = shmget((key_t)arg_num("shm"), 0, 0);
	char text[MARKER_MAX] = "";
	void *at;
	mqd_t queue;

	if (id >= 0) {
		at = shmat(id, NULL, SHM_RDONLY);
		if (at == (void *)-1)
			return held("shmat");
		memcpy(text, at, sizeof(text) - 1);
		return opened("%s", text);
	}
	queue = mq_open(arg("mq"), O_RDONLY);
	return judge(queue, "shmget, mq_open");
}

static int pr24(void)
{
	return judge(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "PR_SET_DUMPABLE");
}

/* EPERM tells as much as success: somebody is there. */
static int pr26(void)
{
	int seen = 0;

	if (target() > 0 && (kill(target(), 0) == 0 || errno == EPERM))
		return opened("the host's process is there");
	for (pid_t pid = 1; pid < SWEEP_PIDS; pid++)
		seen += kill(pid, 0) == 0 || errno == EPERM;
	errno = ESRCH;
	printf("%d processes in sight\n", seen);
	return held("kill sweep");
}

static int pr27(void)
{
	void *head = NULL;
	size_t n = 0;

	return judge(syscall(SYS_get_robust_list, target(), &head, &n), "get_robust_list");
}

static int pr29(void)
{
	char *none[] = { NULL };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execve("/proc/self/exe", none, none);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) != 99 ? opened("ran without arguments")
							      : held("execve");
}

const struct act proc_acts[] = {
	{ "PR-01", pr01 }, { "PR-02", pr02 }, { "PR-03", pr03 }, { "PR-04", pr04 },
	{ "PR-05", pr05 }, { "PR-06", pr06 }, { "PR-07", pr07 }, { "PR-08", pr08 },
	{ "PR-09", pr09 }, { "PR-10", pr10 }, { "PR-11", pr11 }, { "PR-13", pr13 },
	{ "PR-14", pr14 }, { "PR-19", pr19 }, { "PR-20", pr20 }, { "PR-21", pr21 },
	{ "PR-22", pr22 }, { "PR-23", pr23 }, { "PR-24", pr24 }, { "PR-26", pr26 },
	{ "PR-27", pr27 }, { "PR-29", pr29 }, { NULL, NULL },
};
