/* SPDX-License-Identifier: Apache-2.0 */
/* Pid 1 of the sandbox: starts the command, reaps, forwards signals, ends everything. */
/* #syscalls rt_sigprocmask signalfd4 ppoll poll read recvmsg kill waitid exit_group setsid dup3
 * ioctl chdir socket */
#include "stage/init.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "linux/channel.h"
#include "linux/pty.h"
#include "plan/egress.h"
#include "stage/command.h"
#include "stage/report.h"
#include "stage/stage.h"

static void end(void) __attribute__((noreturn));

/* The kernel kills what is left in the pid namespace when its pid 1 is gone. */
static void end(void)
{
	kill(-1, SIGKILL);
	_exit(0);
}

static void fail(struct stage *s, const struct err *e) __attribute__((noreturn));

static void fail(struct stage *s, const struct err *e)
{
	report_fail(s, (uint32_t)(s->exec - s->plan->op), e);
	end();
}

/* The sandbox's own terminal becomes standard input, output and error, and the controlling one. */
static int terminal_take(struct stage *s, struct err *e)
{
	int r;

	if (s->tty < 0) {
		setsid();
		return 0;
	}
	r = pty_control(s->tty);
	for (int fd = 0; fd < 3 && r == 0; fd++)
		if (dup3(s->tty, fd, 0) < 0)
			r = -errno;
	s->tty = fd_close(s->tty);
	return r < 0 ? err_sys(e, r, "cannot take the terminal") : 0;
}

static int signals_open(struct err *e)
{
	sigset_t all;
	sigset_t child;
	int fd;

	sigfillset(&all);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return err_sys(e, -errno, "cannot block signals");
	fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? err_sys(e, -errno, "cannot open a signal descriptor") : fd;
}

/* Returns the message kind, or ends when the supervisor is gone. */
static uint32_t receive(struct stage *s, struct message *m)
{
	int fds[CHANNEL_FDS_MAX];
	size_t fds_n = 0;
	ssize_t n = channel_receive(s->control, m, sizeof(*m), fds, &fds_n);

	for (size_t i = 0; i < fds_n; i++)
		fd_close(fds[i]);
	if (n != (ssize_t)sizeof(*m))
		end();
	return m->kind;
}

/* Unconnected, so that who holds them reaches this network; one kernel may lack a family. */
static void sockets_give(const struct stage *s, int32_t n)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (int32_t i = 0; i < n && i < EGRESS_WANT_MAX; i++)
		for (size_t k = 0; k < ARRAY_LEN(families); k++)
			report_socket(s, EGRESS_CONNECTOR,
				      socket(families[k], SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static void obey(struct stage *s)
{
	struct message m;
	uint32_t kind = receive(s, &m);

	if (kind == MESSAGE_KILL)
		end();
	if (kind == MESSAGE_WANT)
		sockets_give(s, m.value);
	if (kind != MESSAGE_SIGNAL || m.value <= 0 || m.value >= NSIG)
		return;
	if (m.value == SIGCONT)
		command_foreground(s->command);
	kill(-s->command, m.value);
}

/* One child changed state; tells the supervisor when it was the command. */
static void child_changed(struct stage *s, const siginfo_t *info)
{
	if (info->si_pid != s->command)
		return;
	if (info->si_code == CLD_STOPPED) {
		report_value(s, MESSAGE_STOPPED, info->si_status);
		return;
	}
	if (info->si_code == CLD_EXITED)
		report_value(s, MESSAGE_EXIT, (info->si_status & 0xff) << 8);
	else
		report_value(s, MESSAGE_EXIT, info->si_status & 0x7f);
	end();
}

static void reap(struct stage *s, int signals)
{
	struct signalfd_siginfo drained;

	while (read(signals, &drained, sizeof(drained)) > 0)
		continue;
	for (;;) {
		siginfo_t info = { 0 };

		if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOHANG) < 0) {
			if (errno == ECHILD)
				return;
			/* A command whose end cannot be seen would never end. */
			if (errno != EINTR)
				end();
			continue;
		}
		if (info.si_pid == 0)
			return;
		child_changed(s, &info);
	}
}

static void serve(struct stage *s, int signals) __attribute__((noreturn));

static void serve(struct stage *s, int signals)
{
	struct pollfd polled[2] = { { .fd = s->control, .events = POLLIN },
				    { .fd = signals, .events = POLLIN } };

	for (;;) {
		if (poll(polled, 2, -1) < 0) {
			if (errno != EINTR)
				end();
			continue;
		}
		if (polled[1].revents)
			reap(s, signals);
		if (polled[0].revents)
			obey(s);
	}
}

void init_run(struct stage *s)
{
	struct err e = { 0 };
	struct message m;
	int signals = signals_open(&e);
	int r = signals < 0 ? signals : terminal_take(s, &e);

	if (r == 0 && chdir(plan_a(s->plan, s->exec)) < 0)
		r = err_sys(&e, -errno, "cannot enter %s", plan_a(s->plan, s->exec));
	if (r < 0)
		fail(s, &e);
	if (report_ready(s) < 0)
		end();
	while (receive(s, &m) != MESSAGE_GO)
		continue;
	r = command_start(s);
	if (r < 0 && s->command == 0) {
		err_sys(&e, r, "cannot make a process for the command");
		fail(s, &e);
	}
	if (r < 0) {
		report_value(s, MESSAGE_EXEC, -r);
		end();
	}
	serve(s, signals);
}
