/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on the kernel's own interfaces: odd system calls, other call gates, filters over filters. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define IO_URING_ROOM 512
#define X32 0x40000000
#define LAST_KNOWN 480
#define LAST_TRIED 700
#define SYSLOG_SIZE 10

static int k01(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};

	return judge(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)), "bpf");
}

static int k02(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CONTEXT_SWITCHES };

	return judge(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0), "perf_event_open");
}

static int k03(void)
{
	char params[IO_URING_ROOM] = { 0 };

	return judge(syscall(SYS_io_uring_setup, 4, params), "io_uring_setup");
}

static int k04(void)
{
	long fd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	return fd >= 0 ? judge(fd, "userfaultfd")
		       : judge(open("/dev/userfaultfd", O_RDWR | O_CLOEXEC), "userfaultfd");
}

/* Too many segments: refused as wrong, but only after permission. */
static int k05(void)
{
	return judge_code(syscall(SYS_kexec_load, 0, 17, NULL, 0), EINVAL, "kexec_load");
}

static int k06(void)
{
	if (syscall(SYS_finit_module, -1, "", 0) < 0 && errno == EBADF)
		return opened("finit_module");
	return judge_code(syscall(SYS_init_module, NULL, 0, ""), EFAULT, "init_module");
}

/* The 32-bit entry, as 64-bit code may use it: number, then ebx, ecx. */
static long gate32(long nr, long a, long b)
{
#if defined(__x86_64__)
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(nr), "b"(a), "c"(b)
			 : "memory", "r8", "r9", "r10", "r11");
	if (r < 0 && r > -4096) {
		errno = (int)-r;
		return -1;
	}
	return r;
#else
	(void)nr;
	(void)a;
	(void)b;
	errno = ENOSYS;
	return -1;
#endif
}

static int k18(void)
{
	return judge(gate32(20, 0, 0), "getpid by int 0x80");
}

static int k19(void)
{
	/* unshare is 310 there, keyctl 288. */
	if (gate32(288, 0, -3) >= 0)
		return opened("keyctl by int 0x80");
	return judge(gate32(310, CLONE_NEWUSER, 0), "unshare by int 0x80");
}

static int k20(void)
{
	return judge(syscall(X32 + SYS_getpid), "getpid by the x32 interface");
}

static int k21(void)
{
	for (long nr = LAST_KNOWN; nr < LAST_TRIED; nr++)
		if (syscall(nr, 0, 0, 0, 0, 0, 0) >= 0 || errno != ENOSYS)
			return opened("system call %ld exists", nr);
	errno = ENOSYS;
	return held("calls above the table");
}

static int k26(void)
{
	return judge(syscall(SYS_iopl, 3), "iopl");
}

static int k27(void)
{
	char entry[16] = { 0 };

	return judge(syscall(SYS_modify_ldt, 0, entry, sizeof(entry)), "modify_ldt");
}

static int k28(void)
{
	return judge(personality(READ_IMPLIES_EXEC), "personality");
}

/* Pages of a file that may only be read, reached through a pipe that takes merged writes. */
static int k29(void)
{
	int fd = open(path_of("%s/readonly", arg("ws")), O_RDONLY | O_CLOEXEC);
	char page[4096];
	loff_t at = 0;
	int ends[2];

	if (fd < 0 || pipe2(ends, O_CLOEXEC) < 0)
		return broken("open");
	memset(page, 'x', sizeof(page));
	for (int i = 0; i < 16; i++)
		if (write(ends[1], page, sizeof(page)) < 0 || read(ends[0], page, sizeof(page)) < 0)
			return broken("pipe");
	if (splice(fd, &at, ends[1], NULL, 1, 0) < 0)
		return held("splice");
	/* The oracle is what the file holds afterwards. */
	return judge(write(ends[1], "OVERWRITTEN", 11), "splice, then write");
}

/* A tracer turns a harmless call into a forbidden one after the filter has seen it. */
static int k30(void)
{
#if defined(__x86_64__)
	struct user_regs_struct regs;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(syscall(SYS_getppid) == 0 ? 0 : 1);
	}
	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status))
		return held("ptrace");
	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, 0) < 0 || waitpid(pid, &status, 0) < 0)
			return held("ptrace");
		if (!WIFSTOPPED(status))
			break;
		if (ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0 && regs.orig_rax == SYS_getppid &&
		    regs.rax == (unsigned long)-ENOSYS) {
			regs.orig_rax = SYS_unshare;
			regs.rdi = CLONE_NEWUSER;
			ptrace(PTRACE_SETREGS, pid, 0, &regs);
		}
	}
	errno = EPERM;
	return judge(WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1,
		     "a number changed by a tracer");
#else
	errno = ENOSYS;
	return held("only tried on x86-64");
#endif
}

/* A filter of one's own that allows everything must not undo the one that is there. */
static int own_filter(unsigned int flags, uint32_t action)
{
	struct sock_filter code[] = { BPF_STMT(BPF_RET | BPF_K, action) };
	struct sock_fprog program = { 1, code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static int k32(void)
{
	if (own_filter(0, SECCOMP_RET_ALLOW) < 0)
		return held("seccomp");
	return judge(unshare(CLONE_NEWUSER), "unshare below an own filter");
}

static int pv26(void)
{
	return judge(own_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER, SECCOMP_RET_ALLOW),
		     "a second listener");
}

/* Arguments that are wrong in a way that the kernel sees only after permission; nothing changes. */
static int k34(void)
{
	int done = syscall(SYS_settimeofday, NULL, NULL) == 0;

	done += syscall(SYS_reboot, 1, 2, 3, NULL) < 0 && errno == EINVAL;
	done += syscall(SYS_acct, "/nonexistent/acct") < 0 && errno == ENOENT;
	done += syscall(SYS_swapon, "/nonexistent/swap", 0) < 0 && errno == ENOENT;
	done += syscall(SYS_syslog, SYSLOG_SIZE, NULL, 0) >= 0;
	done += sethostname("escaped", 7) == 0;
	errno = EPERM;
	return done > 0 ? opened("%d of 6", done)
			: held("reboot, swapon, settimeofday, sethostname, acct, syslog");
}

static int k35(void)
{
	return judge(syscall(SYS_set_mempolicy, 0, NULL, 0), "set_mempolicy");
}

/* An agent may fence its own children in; this has to work everywhere. */
static int k37(void)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE };
	long fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (fd < 0)
		return held("landlock_create_ruleset");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return held("landlock_restrict_self");
	return judge(own_filter(0, SECCOMP_RET_ALLOW), "a sandbox of one's own");
}

static int k38(void)
{
	return judge(open("/proc/self/attr/current", O_WRONLY | O_CLOEXEC),
		     "/proc/self/attr/current");
}

static int k39(void)
{
#if defined(__x86_64__)
	unsigned long long ticks = __builtin_ia32_rdtsc();

	return ticks != 0 ? opened("rdtsc") : held("rdtsc");
#else
	errno = ENOSYS;
	return held("rdtsc");
#endif
}

static int k40(void)
{
	return getauxval(AT_SYSINFO_EHDR) != 0 ? opened("vdso and auxiliary vector") : held("auxv");
}

const struct act kernel_acts[] = {
	{ "K-01", k01 }, { "K-02", k02 },   { "K-03", k03 }, { "K-04", k04 }, { "K-05", k05 },
	{ "K-06", k06 }, { "K-18", k18 },   { "K-19", k19 }, { "K-20", k20 }, { "K-21", k21 },
	{ "K-26", k26 }, { "K-27", k27 },   { "K-28", k28 }, { "K-29", k29 }, { "K-30", k30 },
	{ "K-32", k32 }, { "PV-26", pv26 }, { "K-34", k34 }, { "K-35", k35 }, { "K-37", k37 },
	{ "K-38", k38 }, { "K-39", k39 },   { "K-40", k40 }, { NULL, NULL },
};
