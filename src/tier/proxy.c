/* SPDX-License-Identifier: Apache-2.0 */
/* The plan that the proxy itself runs under: the host's network, and nothing else of the host. */
#include "tier/proxy.h"

#include <errno.h>
#include <linux/sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "plan/egress.h"
#include "plan/plan.h"
#include "tier/filter.h"
#include "tier/part_ids.h"
#include "tier/rights.h"

#define PROGRAM "/tiercel-proxy"
#define ROOT_BYTES 65536 /* names to mount on; nothing is ever written there */
#define ROOT_INODES 32
#define FILES_MAX 65536
#define CORE_BYTES 1 /* at 0 the kernel would hand cores to a program of the host */

/* What an event loop over sockets needs, and pid 1 beside it. */
static const uint16_t calls[] = {
	__NR_read,
	__NR_write,
	__NR_readv,
	__NR_writev,
	__NR_close,
	__NR_close_range,
	__NR_fstat,
	__NR_newfstatat,
	__NR_poll,
	__NR_ppoll,
	__NR_lseek,
	__NR_mmap,
	__NR_munmap,
	__NR_mremap,
	__NR_mprotect,
	__NR_madvise,
	__NR_brk,
	__NR_rt_sigaction,
	__NR_rt_sigprocmask,
	__NR_rt_sigreturn,
	__NR_pread64,
	__NR_access,
	__NR_faccessat,
	__NR_openat,
	__NR_dup,
	__NR_dup2,
	__NR_dup3,
	__NR_fcntl,
	__NR_getpid,
	__NR_gettid,
	__NR_getppid,
	__NR_getuid,
	__NR_geteuid,
	__NR_getgid,
	__NR_getegid,
	__NR_connect,
	__NR_accept4,
	__NR_sendto,
	__NR_recvfrom,
	__NR_sendmsg,
	__NR_recvmsg,
	__NR_sendmmsg,
	__NR_recvmmsg,
	__NR_shutdown,
	__NR_getsockname,
	__NR_getpeername,
	__NR_getsockopt,
	__NR_execve,
	__NR_exit,
	__NR_exit_group,
	__NR_wait4,
	__NR_waitid,
	__NR_kill,
	__NR_uname,
	__NR_chdir,
	__NR_futex,
	__NR_set_tid_address,
	__NR_set_robust_list,
	__NR_rseq,
	__NR_clock_gettime,
	__NR_clock_nanosleep,
	__NR_gettimeofday,
	__NR_time,
	__NR_nanosleep,
	__NR_epoll_create1,
	__NR_epoll_ctl,
	__NR_epoll_wait,
	__NR_epoll_pwait,
	__NR_epoll_pwait2,
	__NR_eventfd2,
	__NR_timerfd_create,
	__NR_timerfd_settime,
	__NR_signalfd4,
	__NR_pipe2,
	__NR_splice,
	__NR_tee,
	__NR_getrandom,
	__NR_arch_prctl,
	__NR_prlimit64,
	__NR_getrlimit,
	__NR_setpgid,
	__NR_setsid,
	__NR_vfork,
	__NR_memfd_create,
	__NR_sigaltstack,
	__NR_restart_syscall,
};

uint64_t proxy_spaces(void)
{
	return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
	       CLONE_NEWCGROUP | CLONE_NEWTIME;
}

static void bind_file(const struct tier_path *t, const char *to, struct plan_builder *b)
{
	struct plan_op op = { .kind = PLAN_BIND,
			      .flags = PLAN_F_READONLY | PLAN_F_NOSUID | PLAN_F_NODEV | PLAN_F_FILE,
			      .n = { t->dev, t->ino, t->uid, t->gid } };

	plan_add(b, op, to, t->path, strlen(t->path));
}

static void walls(const struct tier_facts *f, struct plan_builder *b)
{
	struct plan_op landlock = { .kind = PLAN_LANDLOCK,
				    .n = { rights_all(f->landlock_abi), 0,
					   f->landlock_abi >= RIGHTS_SCOPE_ABI ? RIGHTS_SCOPES
									       : 0 } };
	struct plan_op rule = { .kind = PLAN_RULE, .n = { RIGHTS_READ } };

	plan_add(b, (struct plan_op){ .kind = PLAN_CAPS }, NULL, NULL, 0);
	plan_add(b, (struct plan_op){ .kind = PLAN_NO_NEW_PRIVS }, NULL, NULL, 0);
	if (f->landlock_abi < 1)
		return;
	plan_add(b, landlock, NULL, NULL, 0);
	plan_add(b, rule, "/", NULL, 0);
}

static int filter(struct plan_builder *b, struct err *e)
{
	AUTO_BUF struct buf program = BUF_INIT(PLAN_BYTES_MAX / 4);
	uint8_t verdict[FILTER_CALLS] = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		verdict[calls[i]] = VERDICT_ALLOW;
	/* Sockets of other kinds would reach what listens on the host under abstract names. */
	verdict[__NR_socket] = VERDICT_SOCKET_IP;
	verdict[__NR_setsockopt] = VERDICT_NO_LINGER;
	filter_compile(verdict, false, &program);
	if (program.err)
		return err_sys(e, program.err, "the proxy's filter is too large");
	plan_add(b, (struct plan_op){ .kind = PLAN_SECCOMP }, NULL, program.p, program.n);
	return 0;
}

int proxy_compile(const struct tier_facts *f, const struct proxy_files *files,
		  struct plan_builder *b, struct err *e)
{
	struct plan_op root = { .kind = PLAN_ROOT, .n = { ROOT_BYTES, ROOT_INODES } };
	struct plan_op most = { .kind = PLAN_RLIMIT, .n = { RLIMIT_NOFILE, FILES_MAX } };
	struct plan_op core = { .kind = PLAN_RLIMIT, .n = { RLIMIT_CORE, CORE_BYTES } };
	static const char argument[] = PROGRAM;
	int r;

	plan_add(b, (struct plan_op){ .kind = PLAN_CLONE, .n = { proxy_spaces() } }, NULL, NULL, 0);
	part_ids_join(f, b);
	plan_add(b, (struct plan_op){ .kind = PLAN_PROPAGATE }, NULL, NULL, 0);
	plan_add(b, root, NULL, NULL, 0);
	bind_file(&files->program, PROGRAM, b);
	if (files->hosts.type == OBJECT_FILE)
		bind_file(&files->hosts, "/etc/hosts", b);
	if (files->roots.type == OBJECT_FILE)
		bind_file(&files->roots, EGRESS_ROOTS, b);
	plan_add(b, (struct plan_op){ .kind = PLAN_READONLY }, NULL, NULL, 0);
	plan_add(b, (struct plan_op){ .kind = PLAN_PIVOT }, NULL, NULL, 0);
	plan_add(b, (struct plan_op){ .kind = PLAN_KEYRING }, NULL, NULL, 0);
	plan_add(b, most, NULL, NULL, 0);
	plan_add(b, core, NULL, NULL, 0);
	walls(f, b);
	r = filter(b, e);
	if (r < 0)
		return r;
	plan_add(b, (struct plan_op){ .kind = PLAN_ENV }, NULL, "", 0);
	plan_add(b, (struct plan_op){ .kind = PLAN_EXEC, .n = { 1 } }, "/", argument,
		 sizeof(argument));
	return 0;
}
