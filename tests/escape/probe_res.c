/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on resources: more of them than the limit of the run, which the runner sets low. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB (1ul << 20)
#define MEMORY_MIB 160
#define PROCESSES 200
#define DISK_MIB 48
#define ORPHANS 50
#define DEEP 30
#define DEEP_NAME 200
#define INODES 6000
#define CHUNK 65536

static int r01(void)
{
	for (size_t i = 0; i < MEMORY_MIB; i++) {
		char *p =
			mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return held("mmap");
		memset(p, 1, MIB);
		/* A limit that is watched needs a moment to be seen. */
		usleep(2000);
	}
	return opened("%d MiB", MEMORY_MIB);
}

static void *fork_and_fill(void *ret_verdict)
{
	*(int *)ret_verdict = in_child(r01);
	return NULL;
}

/* The child belongs to a second thread, where a count of children may not look. */
static int r01_thread(void)
{
	int verdict = V_BROKEN;
	pthread_t thread;

	if (pthread_create(&thread, NULL, fork_and_fill, &verdict) != 0)
		return broken("pthread_create");
	pthread_join(thread, NULL);
	return verdict;
}

static int r02(void)
{
	static char chunk[CHUNK];
	int fd = memfd_create("fill", MFD_CLOEXEC);

	if (fd < 0)
		return held("memfd_create");
	for (size_t done = 0; done < MEMORY_MIB * MIB; done += CHUNK)
		if (write(fd, chunk, CHUNK) < 0 || usleep(100) < 0)
			return held("write");
	return opened("%d MiB of shared memory", MEMORY_MIB);
}

/* Shared pages belong to no process alone. */
static int r02_anon(void)
{
	for (size_t i = 0; i < MEMORY_MIB; i++) {
		char *p =
			mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return held("mmap");
		memset(p, 1, MIB);
		usleep(2000);
	}
	return opened("%d MiB", MEMORY_MIB);
}

static int bomb(int how)
{
	pid_t child[PROCESSES];
	int n = 0;
	int code;

	while (n < PROCESSES) {
		child[n] = (pid_t)syscall(SYS_clone, how | SIGCHLD, NULL, NULL, NULL, 0);
		if (child[n] == 0)
			for (;;)
				pause();
		if (child[n] < 0)
			break;
		n++;
	}
	code = errno;
	for (int i = 0; i < n; i++)
		kill(child[i], SIGKILL);
	for (int i = 0; i < n; i++)
		waitpid(child[i], NULL, 0);
	errno = code;
	printf("%d processes\n", n);
	return n == PROCESSES ? opened("no limit met") : held("fork");
}

static int pr17(void)
{
	return bomb(0);
}

static void *wait_long(void *unused)
{
	pause();
	return unused;
}

static int r04(void)
{
	pthread_attr_t small;
	pthread_t thread;
	int n = 0;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, CHUNK);
	while (n < PROCESSES) {
		errno = pthread_create(&thread, &small, wait_long, NULL);
		if (errno != 0)
			break;
		n++;
	}
	printf("%d threads\n", n);
	return n == PROCESSES ? opened("no limit met") : held("pthread_create");
}

static int r06(void)
{
	struct sched_param urgent = { .sched_priority = 10 };
	int done = sched_setscheduler(0, SCHED_FIFO, &urgent) == 0;

	done += setpriority(PRIO_PROCESS, 0, -20) == 0;
	return done > 0 ? opened("real time or nice -20") : held("sched_setscheduler, setpriority");
}

/* Written in one file a MiB, so that no limit on a single file is what ends it. */
static int fill(void)
{
	static char chunk[MIB];

	for (int i = 0; i < DISK_MIB; i++) {
		int fd = open(path_of("fill.%d", i), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

		if (fd < 0 || write(fd, chunk, MIB) != (ssize_t)MIB)
			return held("write");
		close(fd);
		/* A limit that is watched needs a moment to be seen. */
		usleep(10000);
	}
	return opened("%d MiB", DISK_MIB);
}

static int r07(void)
{
	return chdir(arg("ws")) < 0 ? held("chdir") : fill();
}

/* Further down than a path can say. */
static int r07_deep(void)
{
	char name[DEEP_NAME + 1];

	memset(name, 'd', DEEP_NAME);
	name[DEEP_NAME] = '\0';
	if (chdir(arg("ws")) < 0)
		return held("chdir");
	for (int i = 0; i < DEEP; i++)
		if (mkdir(name, 0755) < 0 || chdir(name) < 0)
			return held("mkdir");
	return fill();
}

/* Below a directory that is closed behind the one who writes. */
static int r07_closed(void)
{
	const char *path = path_of("%s/closed", arg("ws"));

	if (mkdir(path, 0755) < 0 || chdir(path) < 0)
		return held("mkdir");
	/* Making a file needs the directory open; only then. */
	for (int i = 0; i < DISK_MIB; i++) {
		static char chunk[MIB];
		int fd;

		chmod(path, 0700);
		fd = open(path_of("fill.%d", i), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
		chmod(path, 0);
		if (fd < 0 || write(fd, chunk, MIB) != (ssize_t)MIB)
			return held("write");
		close(fd);
		usleep(10000);
	}
	return opened("%d MiB", DISK_MIB);
}

/* Files without a name, which no look through the directories finds. */
static int r07_deleted(void)
{
	static char chunk[MIB];

	for (int i = 0; i < DISK_MIB; i++) {
		const char *path = path_of("%s/deleted", arg("ws"));
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

		if (fd < 0 || unlink(path) < 0 || write(fd, chunk, MIB) != (ssize_t)MIB)
			return held("write");
		usleep(10000);
	}
	return opened("%d MiB", DISK_MIB);
}

/* Empty files take no block, and yet every one of them takes an inode. */
static int r08(void)
{
	mkdir(path_of("%s/many", arg("ws")), 0755);
	for (int i = 0; i < INODES; i++) {
		int fd = open(path_of("%s/many/%d", arg("ws"), i), O_CREAT | O_WRONLY | O_CLOEXEC,
			      0644);

		if (fd < 0)
			return held("open");
		close(fd);
		usleep(i % 100 == 0 ? 2000 : 0);
	}
	usleep(500000);
	return opened("%d inodes", INODES);
}

static int r09(void)
{
	int fd = open(path_of("%s/sparse", arg("ws")), O_CREAT | O_RDWR | O_CLOEXEC, 0644);

	signal(SIGXFSZ, SIG_IGN);
	return judge(fd < 0 ? -1 : ftruncate(fd, INT64_C(1) << 42), "a sparse file of 4 TiB");
}

static int r10(void)
{
	unsigned long wanted = arg_num("files");

	for (unsigned long i = 0; i < wanted; i++)
		if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0)
			return held("open");
	return opened("%lu descriptors", wanted);
}

static int r17(void)
{
	void *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return judge(p == MAP_FAILED ? -1 : mlock(p, MIB), "mlock 1 MiB");
}

static int r18(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) < 0)
		return broken("getrlimit");
	errno = EPERM;
	/* One byte holds no core. */
	return limit.rlim_max > 1 ? opened("core files may be written") : held("core files");
}

/* With any limit but 1 the kernel hands a core to the program of the host that core_pattern names.
 */
static int pr28(void)
{
	struct rlimit none = { 0, 0 };
	struct rlimit now;
	int done = setrlimit(RLIMIT_CORE, &none);

	done &= (int)syscall(SYS_setrlimit, RLIMIT_CORE, &none);
	if (getrlimit(RLIMIT_CORE, &now) < 0)
		return broken("getrlimit");
	printf("said %d\n", done);
	errno = EPERM;
	return now.rlim_cur == 1 ? held("core limit") : opened("core limit of %lu", now.rlim_cur);
}

static int r23(void)
{
	const char *const tops[] = { "/sys/fs/cgroup/pids", "/sys/fs/cgroup/memory",
				     "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };

	for (size_t i = 0; i < 4; i++) {
		const char *path = path_of("%s/%s", tops[i], arg("token"));

		if (mkdir(path, 0755) == 0) {
			rmdir(path);
			return opened("%s", path);
		}
	}
	return held("mkdir of a cgroup");
}

/* Orphans whose new parent does not wait for them stay as zombies and fill the table. */
static int pr18(void)
{
	struct timespec soon = { .tv_nsec = 200000000 };
	int zombies = 0;

	for (int i = 0; i < ORPHANS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (fork() == 0)
				usleep(1000);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	nanosleep(&soon, NULL);
	for (pid_t pid = 2; pid < ORPHANS * 4; pid++)
		zombies += status_has(path_of("/proc/%d/status", pid), "State:\tZ") == 1;
	errno = ESRCH;
	return zombies > ORPHANS / 2 ? opened("%d zombies", zombies) : held("zombies");
}

/* Bytes without end or newline; what matters is the memory of whoever reads them. */
static int r11(void)
{
	static char chunk[CHUNK];

	memset(chunk, 0xff, sizeof(chunk));
	chunk[7] = '\0';
	for (size_t done = 0; done < MEMORY_MIB * MIB; done += CHUNK)
		if (write(1, chunk, CHUNK) < 0)
			return V_HELD;
	return V_OPEN;
}

static int r22(void)
{
	struct timespec longer = { .tv_sec = 1 };

	/* Stopped, it cannot hear a signal that asks. */
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		raise(SIGSTOP);
		_exit(0);
	}
	signal(SIGTERM, SIG_IGN);
	nanosleep(&longer, NULL);
	return opened("still here after 1 s");
}

const struct act res_acts[] = {
	{ "R-01", r01 },
	{ "R-01-thread", r01_thread },
	{ "R-02", r02 },
	{ "R-02-anon", r02_anon },
	{ "R-07-deep", r07_deep },
	{ "R-07-closed", r07_closed },
	{ "R-07-deleted", r07_deleted },
	{ "R-08", r08 },
	{ "R-04", r04 },
	{ "R-06", r06 },
	{ "R-07", r07 },
	{ "R-09", r09 },
	{ "R-10", r10 },
	{ "R-11", r11 },
	{ "R-17", r17 },
	{ "R-18", r18 },
	{ "PR-28", pr28 },
	{ "R-22", r22 },
	{ "R-23", r23 },
	{ "PR-17", pr17 },
	{ "PR-18", pr18 },
	{ NULL, NULL },
};
