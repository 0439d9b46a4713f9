/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command under ptrace; makes one chosen system call fail, or be its process's last. */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"

#include "linux/ptrace.h"

#ifndef __x86_64__
#error "the injector knows the registers of x86-64 alone"
#endif

#define TRACEES_MAX 512
#define ERRNO_MAX 4095
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define TICK_US 100000
#define LIMIT_S 20 /* unless -s says otherwise */
#define USAGE                                                                                      \
	"usage: inject [-p ROLE:N [-e ERRNO] [-w ROLE]…] [-s SECONDS] [-l LIST] -r REPORT CMD…\n"

/* What a process is to the sandbox, by who made it and what it executed. */
enum role {
	ROLE_OTHER,
	ROLE_SUPERVISOR, /* runs tiercel */
	ROLE_GUARD,	 /* forked by the supervisor */
	ROLE_SPAWN,	 /* on its way from the supervisor to the stage */
	ROLE_STAGE,	 /* the outer half */
	ROLE_HELPER,	 /* made by the outer half in this pid namespace */
	ROLE_INIT,	 /* the inside half, pid 1 */
	ROLE_COMMAND,	 /* made by pid 1, before it executes */
	ROLE_PAYLOAD,
	ROLE_END,
};

static const char *const role_names[ROLE_END] = {
	"other", "supervisor", "guard", "spawn", "stage", "helper", "init", "command", "payload",
};

/*
 * struct tracee - one process.
 * @is_known: its maker told us of it; until then it waits
 * @error:    what its present system call is to return, 0 for the truth
 * @heap_end: what its present brk(2) asked for and does not get, else 0
 */
struct tracee {
	pid_t pid;
	enum role role;
	bool is_known;
	bool is_waiting;
	int error;
	unsigned long long heap_end;
};

/*
 * struct point - what to do, and where: at the system call number @at of the processes of @role.
 * @error: negative errno to return instead, or 0 to kill
 * @with:  roles that are killed first, as bits
 */
struct point {
	bool is_set;
	enum role role;
	uint64_t at;
	int error;
	unsigned int with;
};

struct trace {
	struct tracee tracee[TRACEES_MAX];
	size_t n;
	struct point point;
	unsigned long count[ROLE_END];
	long hit;	    /* the system call that was hit, -1 for none */
	bool has_begun;	    /* the payload executes */
	bool has_begun_hit; /* it did when the point was hit */
	pid_t first;
	int status;
	bool has_status;
	bool has_hung;
	FILE *list;
	struct timespec until;
};

static struct tracee *find(struct trace *t, pid_t pid)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->tracee[i].pid == pid)
			return &t->tracee[i];
	if (t->n == TRACEES_MAX) {
		kill(pid, SIGKILL);
		return NULL;
	}
	t->tracee[t->n] = (struct tracee){ .pid = pid };
	return &t->tracee[t->n++];
}

static void forget(struct trace *t, struct tracee *p)
{
	*p = t->tracee[--t->n];
}

static void go_on(struct tracee *p, int sig)
{
	/* A process that was killed meanwhile says so at the next wait. */
	(void)ptrace(PTRACE_SYSCALL, p->pid, NULL, (void *)(intptr_t)sig);
}

static bool link_of(pid_t pid, const char *what, char *out, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	n = readlink(path, out, size - 1);
	out[n < 0 ? 0 : n] = '\0';
	return n > 0;
}

static bool is_same_namespace(pid_t a, pid_t b)
{
	char one[64];
	char two[64];

	return link_of(a, "ns/pid", one, sizeof(one)) && link_of(b, "ns/pid", two, sizeof(two)) &&
	       strcmp(one, two) == 0;
}

/* --- who is who --- */

static enum role role_of_child(const struct tracee *maker, pid_t pid, int event)
{
	switch (maker->role) {
	case ROLE_SUPERVISOR:
		return event == PTRACE_EVENT_VFORK ? ROLE_SPAWN : ROLE_GUARD;
	case ROLE_STAGE:
		return is_same_namespace(maker->pid, pid) ? ROLE_HELPER : ROLE_INIT;
	case ROLE_INIT:
		return ROLE_COMMAND;
	case ROLE_OTHER:
	case ROLE_GUARD:
	case ROLE_SPAWN:
	case ROLE_HELPER:
	case ROLE_COMMAND:
	case ROLE_PAYLOAD:
	case ROLE_END:
		break;
	}
	return maker->role;
}

static void on_exec(struct trace *t, struct tracee *p)
{
	char path[4096];
	const char *name;

	if (p->role == ROLE_COMMAND || p->role == ROLE_PAYLOAD) {
		p->role = ROLE_PAYLOAD;
		t->has_begun = true;
		return;
	}
	link_of(p->pid, "exe", path, sizeof(path));
	name = strrchr(path, '/');
	if (name != NULL && strcmp(name, "/tiercel") == 0)
		p->role = ROLE_SUPERVISOR;
	else if (name != NULL && strcmp(name, "/tiercel-stage") == 0)
		p->role = ROLE_STAGE;
}

static void on_child(struct trace *t, const struct tracee *maker, int event)
{
	unsigned long pid = 0;
	struct tracee *child;

	if (ptrace(PTRACE_GETEVENTMSG, maker->pid, NULL, &pid) < 0)
		return;
	child = find(t, (pid_t)pid);
	if (child == NULL)
		return;
	child->is_known = true;
	child->role = role_of_child(maker, child->pid, event);
	if (child->is_waiting)
		go_on(child, 0);
	child->is_waiting = false;
}

/* The maker was killed before it could tell: its child is let go, or it would wait for ever. */
static void release_unknown(struct trace *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (!t->tracee[i].is_waiting)
			continue;
		t->tracee[i].is_known = true;
		t->tracee[i].is_waiting = false;
		go_on(&t->tracee[i], 0);
	}
}

/* --- the point --- */

static void kill_roles(const struct trace *t, unsigned int roles)
{
	for (size_t i = 0; i < t->n; i++)
		if (roles & 1U << t->tracee[i].role)
			kill(t->tracee[i].pid, SIGKILL);
}

/* These do not come back, so they have nothing to return. */
static bool is_without_return(uint64_t nr)
{
	return nr == SYS_exit || nr == SYS_exit_group || nr == SYS_rt_sigreturn;
}

static void strike(struct trace *t, struct tracee *p, uint64_t nr)
{
	struct user_regs_struct regs;

	t->hit = (long)nr;
	t->has_begun_hit = t->has_begun;
	if (t->point.error == 0) {
		kill_roles(t, t->point.with);
		kill(p->pid, SIGKILL);
		return;
	}
	if (is_without_return(nr))
		return;
	/* close(2) gives the descriptor back whatever it returns. */
	if (nr != SYS_brk)
		p->error = t->point.error;
	if (nr == SYS_close || ptrace(PTRACE_GETREGS, p->pid, NULL, &regs) < 0)
		return;
	/* Nothing else is carried out; brk(2) fails by leaving the end of the heap where it is. */
	if (nr == SYS_brk) {
		p->heap_end = regs.rdi;
		regs.rdi = 0;
	} else {
		regs.orig_rax = UINT64_MAX;
	}
	(void)ptrace(PTRACE_SETREGS, p->pid, NULL, &regs);
}

static void on_call(struct trace *t, struct tracee *p, uint64_t nr)
{
	unsigned long at = ++t->count[p->role];

	if (t->list != NULL)
		fprintf(t->list, "%s\t%lu\t%llu\n", role_names[p->role], at,
			(unsigned long long)nr);
	if (t->point.is_set && p->role == t->point.role && at == t->point.at)
		strike(t, p, nr);
}

static void on_return(struct tracee *p)
{
	struct user_regs_struct regs;

	if ((p->error == 0 && p->heap_end == 0) || ptrace(PTRACE_GETREGS, p->pid, NULL, &regs) < 0)
		return;
	if (p->error != 0)
		regs.rax = (unsigned long long)(long long)p->error;
	/* A system call leaves its arguments as they were. */
	if (p->heap_end != 0)
		regs.rdi = p->heap_end;
	p->error = 0;
	p->heap_end = 0;
	(void)ptrace(PTRACE_SETREGS, p->pid, NULL, &regs);
}

static void on_syscall(struct trace *t, struct tracee *p)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, (void *)sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		on_call(t, p, info.entry.nr);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		on_return(p);
}

/* --- the loop --- */

static bool is_stop_signal(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

static void on_event(struct trace *t, struct tracee *p, int event)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_child(t, p, event);
		return;
	case PTRACE_EVENT_EXEC:
		on_exec(t, p);
		return;
	case PTRACE_EVENT_STOP:
		p->is_waiting = !p->is_known;
		return;
	default:
		return;
	}
}

static void on_stop(struct trace *t, struct tracee *p, int status)
{
	int sig = WSTOPSIG(status);
	int event = status >> 16;

	if (event == PTRACE_EVENT_STOP && is_stop_signal(sig)) {
		(void)ptrace(PTRACE_LISTEN, p->pid, NULL, NULL);
		return;
	}
	if (event != 0) {
		on_event(t, p, event);
		sig = 0;
	} else if (sig == SYSCALL_STOP) {
		on_syscall(t, p);
		sig = 0;
	}
	if (!p->is_waiting)
		go_on(p, sig);
}

static void on_end(struct trace *t, struct tracee *p, int status)
{
	if (p->pid == t->first) {
		t->status = status;
		t->has_status = true;
	}
	forget(t, p);
	release_unknown(t);
}

static bool is_late(const struct trace *t)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > t->until.tv_sec ||
	       (now.tv_sec == t->until.tv_sec && now.tv_nsec > t->until.tv_nsec);
}

static void follow(struct trace *t)
{
	while (t->n > 0) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);
		struct tracee *p;

		if (pid < 0 && errno != EINTR)
			return;
		if (pid < 0 && is_late(t)) {
			if (t->has_hung)
				return;
			t->has_hung = true;
			t->until.tv_sec += 2;
			kill_roles(t, UINT32_MAX);
		}
		p = pid < 0 ? NULL : find(t, pid);
		if (p == NULL)
			continue;
		if (WIFSTOPPED(status))
			on_stop(t, p, status);
		else
			on_end(t, p, status);
	}
}

static void on_tick(int sig)
{
	(void)sig; /* it only interrupts the wait */
}

static void tick(void)
{
	struct sigaction act = { .sa_handler = on_tick };
	struct itimerval every = { .it_interval.tv_usec = TICK_US, .it_value.tv_usec = TICK_US };

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

/* --- start and end --- */

/* The command waits on a pipe until it is traced. */
static int start(struct trace *t, char **argv)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	struct tracee *p;
	int ends[2];
	char byte = 0;

	if (pipe(ends) < 0)
		return -errno;
	t->first = fork();
	if (t->first < 0)
		return -errno;
	if (t->first == 0) {
		close(ends[1]);
		if (read(ends[0], &byte, 1) == 1) {
			close(ends[0]);
			execvp(argv[0], argv);
		}
		_exit(127);
	}
	close(ends[0]);
	p = find(t, t->first);
	p->is_known = true;
	if (ptrace(PTRACE_SEIZE, t->first, NULL, (void *)options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, t->first, NULL, NULL) < 0 || write(ends[1], &byte, 1) != 1) {
		kill(t->first, SIGKILL);
		return -errno;
	}
	close(ends[1]);
	return 0;
}

static int report(const struct trace *t, const char *path)
{
	FILE *out = fopen(path, "we");

	if (out == NULL)
		return -errno;
	fprintf(out, "{\"begun\": %s, \"begun_at_hit\": %s, ", t->has_begun ? "true" : "false",
		t->has_begun_hit ? "true" : "false");
	fprintf(out, "\"hit\": %ld, \"hung\": %s, \"exit\": %d, \"signal\": %d, \"count\": {",
		t->hit, t->has_hung ? "true" : "false",
		t->has_status && WIFEXITED(t->status) ? WEXITSTATUS(t->status) : -1,
		t->has_status && WIFSIGNALED(t->status) ? WTERMSIG(t->status) : 0);
	for (int i = 0; i < ROLE_END; i++)
		fprintf(out, "%s\"%s\": %lu", i == 0 ? "" : ", ", role_names[i], t->count[i]);
	fputs("}}\n", out);
	return fclose(out) == 0 ? 0 : -errno;
}

static bool role_read(const char *text, size_t n, enum role *ret)
{
	for (int i = 0; i < ROLE_END; i++) {
		if (strlen(role_names[i]) == n && strncmp(role_names[i], text, n) == 0) {
			*ret = (enum role)i;
			return true;
		}
	}
	return false;
}

static bool point_read(const char *text, struct point *p)
{
	size_t n = strcspn(text, ":");

	p->is_set = true;
	return text[n] == ':' && role_read(text, n, &p->role) &&
	       num_u64(text + n + 1, UINT32_MAX, &p->at) == 0;
}

static bool option_read(struct trace *t, int option, const char *value, const char **ret_report)
{
	enum role with;
	uint64_t n = 0;

	switch (option) {
	case 'p':
		return point_read(value, &t->point);
	case 'e':
		if (num_u64(value, ERRNO_MAX, &n) < 0)
			return false;
		t->point.error = -(int)n;
		return true;
	case 'w':
		if (!role_read(value, strlen(value), &with))
			return false;
		t->point.with |= 1U << with;
		return true;
	case 's':
		if (num_u64(value, UINT16_MAX, &n) < 0)
			return false;
		t->until.tv_sec += (time_t)n - LIMIT_S;
		return true;
	case 'l':
		t->list = fopen(value, "we");
		return t->list != NULL;
	case 'r':
		*ret_report = value;
		return true;
	default:
		return false;
	}
}

int main(int argc, char **argv)
{
	struct trace *t = calloc(1, sizeof(*t));
	const char *path = NULL;
	int option;
	int r;

	if (t == NULL)
		return 1;
	t->hit = -1;
	clock_gettime(CLOCK_MONOTONIC, &t->until);
	t->until.tv_sec += LIMIT_S;
	while ((option = getopt(argc, argv, "+p:e:w:s:l:r:")) != -1) {
		if (!option_read(t, option, optarg, &path)) {
			fputs(USAGE, stderr);
			return 2;
		}
	}
	if (path == NULL || optind == argc) {
		fputs(USAGE, stderr);
		return 2;
	}
	r = start(t, argv + optind);
	if (r == 0) {
		tick();
		follow(t);
		r = report(t, path);
	}
	if (t->list != NULL)
		fclose(t->list);
	free(t);
	if (r < 0)
		fprintf(stderr, "inject: %s\n", strerror(-r));
	return r < 0;
}
