/* SPDX-License-Identifier: Apache-2.0 */
/* Watching over a running sandbox: signals, terminal, limits, events. Blind to the tier. */
#include "sandbox/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/channel.h"
#include "linux/pty.h"
#include "plan/message.h"
#include "sandbox/egress.h"
#include "sandbox/events.h"
#include "sandbox/gate.h"
#include "sandbox/guard.h"
#include "sandbox/limits.h"
#include "sandbox/live.h"
#include "sandbox/packet.h"
#include "sandbox/refusal.h"
#include "sandbox/removal.h"
#include "sandbox/terminal.h"
#include "sandbox/vigil.h"

#define GRACE_MS 10000	 /* between a signal that asks and one that does not */
#define LAST_WORDS_MAX 8 /* messages of a stage before its plan: what failed, and a pid */
#define POLLED_MAX (8 + NETNS_WATCH_FDS + RELAY_COUNT)

/* What a polled descriptor is for. */
enum source {
	SOURCE_CONTROL,
	SOURCE_SIGNAL,
	SOURCE_NOTIFY,
	SOURCE_WATCH,
	SOURCE_HOLDS,
	SOURCE_PROXY_STAGE,
	SOURCE_PROXY,
	SOURCE_LIVE,
	SOURCE_RELAY
};

struct polled {
	struct pollfd fd[POLLED_MAX];
	enum source source[POLLED_MAX];
	int index[POLLED_MAX];
	nfds_t n;
};

static int tell(struct supervisor *s, enum message_kind kind, int value)
{
	struct message m = { .kind = (uint32_t)kind, .op = UINT32_MAX, .value = value };

	return channel_send(s->control, &m, sizeof(m), NULL, 0);
}

/* Kills everything inside; the kernel ends a pid namespace with its pid 1. */
static void kill_all(struct supervisor *s)
{
	s->was_killed = true;
	if (s->pidfd >= 0)
		pidfd_send_signal(s->pidfd, SIGKILL, NULL, 0);
}

static void ready_take(struct supervisor *s, const struct message *m, int *fds, size_t n)
{
	size_t at = 0;

	if (m->value & READY_PTY && at < n)
		s->pty = fds[at++];
	if (m->value & READY_NOTIFY && at < n)
		s->notify = fds[at++];
	for (int i = 0; i < NETNS_WATCH_FDS && at < n; i++)
		s->watch[i] = fds[at++];
	while (at < n)
		fd_close(fds[at++]);
}

/* The sandbox's pid 1 hears it once its command runs. */
static void pass_wants(struct supervisor *s)
{
	struct pollfd room = { .fd = s->control, .events = POLLOUT };

	/* What would have to wait is passed on later: pid 1 may itself be waiting for us. */
	if (s->start_ms == 0 || s->control < 0 || s->egress->wanted == 0 ||
	    poll(&room, 1, 0) <= 0 || (room.revents & POLLOUT) == 0)
		return;
	(void)tell(s, MESSAGE_WANT, (int)s->egress->wanted);
	s->egress->wanted = 0;
}

/* The command may start when its walls are up and its network, if it has one, is served. */
static int go(struct supervisor *s, struct err *e)
{
	int r;

	if (!s->is_up || s->start_ms != 0 || (s->egress->is_used && !s->egress->is_ready))
		return 0;
	if (s->pty >= 0)
		terminal_join(s);
	s->start_ms = limits_now_ms();
	r = tell(s, MESSAGE_GO, 0);
	if (r < 0)
		return err_sys(e, r, "the sandbox ended before its command started");
	pass_wants(s);
	return 0;
}

/* Every wall is up, says the stage; the kernel is asked before the command may start. */
static int walls_check(struct supervisor *s, struct err *e)
{
	const char *lost;
	int r;

	r = gate_check(s->init, e);
	if (r < 0)
		return r;
	lost = vigil_lost(-EBADF, s->facts);
	if (lost != NULL)
		return err_set(e, -ESTALE, "%s was replaced while the sandbox started", lost);
	s->is_up = true;
	r = egress_serve(s->egress, e);
	return r < 0 ? r : go(s, e);
}

/* The word of the inside half may overtake that of the outer one, which says who it is. */
static int on_ready(struct supervisor *s, const struct message *m, int *fds, size_t n,
		    struct err *e)
{
	ready_take(s, m, fds, n);
	s->is_ready = true;
	return s->init > 0 ? walls_check(s, e) : 0;
}

static int on_pid(struct supervisor *s, int pid, struct err *e)
{
	int r;

	s->init = pid;
	s->egress->client = pid;
	/* Our own child that nobody else reaps: the number cannot have been used again. */
	s->pidfd = pidfd_open(pid, 0);
	if (s->pidfd < 0)
		return err_sys(e, -errno, "cannot hold the sandbox");
	r = guard_tell(s->guard, pid);
	if (r < 0)
		return err_sys(e, r, "the guard that cleans up after us is gone");
	return s->is_ready ? walls_check(s, e) : 0;
}

static int on_message(struct supervisor *s, const struct message *m, int *fds, size_t n,
		      struct err *e)
{
	if (m->kind == MESSAGE_PID)
		return on_pid(s, m->value, e);
	if (m->kind == MESSAGE_READY)
		return on_ready(s, m, fds, n, e);
	if (m->kind == MESSAGE_SOCKET && n == 1)
		return egress_socket(s->egress, m->value, fds[0], e);
	if (m->kind == MESSAGE_FAIL)
		return err_set(e, m->err.code < 0 ? m->err.code : -EPROTO, "%.*s",
			       (int)sizeof(m->err.text) - 1, m->err.text);
	if (m->kind == MESSAGE_EXEC)
		s->exec_errno = m->value;
	if (m->kind == MESSAGE_STOPPED && s->is_terminal)
		terminal_stop(s);
	if (m->kind == MESSAGE_STOPPED && s->is_terminal)
		tell(s, MESSAGE_SIGNAL, SIGCONT);
	if (m->kind == MESSAGE_EXIT) {
		s->status = m->value;
		s->has_status = true;
	}
	return 0;
}

/* Returns 1 when the sandbox is over, 0 to go on, negative errno when the start failed. */
static int control_read(struct supervisor *s, struct err *e)
{
	struct message m;
	int fds[CHANNEL_FDS_MAX];
	size_t n = 0;
	ssize_t len = channel_receive(s->control, &m, sizeof(m), fds, &n);
	int r;

	/* A stage that ended before it took its plan: its last words come after the error. */
	if (len == -ECONNRESET)
		len = channel_receive(s->control, &m, sizeof(m), fds, &n);
	if (len == 0 || len == -ECONNRESET) {
		s->control = fd_close(s->control);
		return 1;
	}
	if (len == (ssize_t)sizeof(m))
		r = on_message(s, &m, fds, n, e);
	else
		r = err_sys(e, len < 0 ? (int)len : -EPROTO, "the stage cannot be understood");
	/* Those of MESSAGE_READY were taken over. */
	for (size_t i = 0; i < n && (len != (ssize_t)sizeof(m) || m.kind != MESSAGE_READY); i++)
		fd_close(fds[i]);
	return r;
}

static void reap_stage(struct supervisor *s)
{
	if (s->stage > 0 && waitpid(s->stage, NULL, WNOHANG) == s->stage)
		s->stage = 0;
}

static void signal_read(struct supervisor *s, int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
		reap_stage(s);
		connector_reap(&s->connector, s->notify, s->log);
		return;
	case SIGWINCH:
		if (s->pty >= 0)
			pty_copy_size(0, s->pty);
		return;
	default:
		break;
	}
	/* Asked a second time, or not heard for a while: no more asking. */
	if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP) {
		if (s->term_ms != 0)
			kill_all(s);
		s->term_ms = limits_now_ms() + GRACE_MS;
	}
	if (s->control >= 0)
		tell(s, MESSAGE_SIGNAL, (int)info.ssi_signo);
}

static void add(struct polled *p, int fd, short events, enum source source, int index)
{
	if (fd < 0)
		return;
	p->fd[p->n] = (struct pollfd){ .fd = fd, .events = events };
	p->source[p->n] = source;
	p->index[p->n++] = index;
}

static void polled_make(struct polled *p, const struct supervisor *s, int signals)
{
	p->n = 0;
	add(p, s->control, POLLIN, SOURCE_CONTROL, 0);
	add(p, signals, POLLIN, SOURCE_SIGNAL, 0);
	/* What cannot be begun now waits in the kernel. */
	if (connector_has_room(&s->connector))
		add(p, s->notify, POLLIN, SOURCE_NOTIFY, 0);
	for (int i = 0; i < NETNS_WATCH_FDS; i++)
		add(p, s->watch[i], POLLIN, SOURCE_WATCH, i);
	add(p, s->holds_watch, POLLIN, SOURCE_HOLDS, 0);
	add(p, s->egress->control, POLLIN, SOURCE_PROXY_STAGE, 0);
	add(p, s->egress->channel, POLLIN, SOURCE_PROXY, 0);
	add(p, s->live->fd, POLLIN, SOURCE_LIVE, 0);
	for (int i = 0; i < RELAY_COUNT; i++) {
		if (relay_wants_write(&s->relay[i]))
			add(p, s->relay[i].to, POLLOUT, SOURCE_RELAY, i);
		else if (relay_wants_read(&s->relay[i]))
			add(p, s->relay[i].from, POLLIN, SOURCE_RELAY, i);
	}
}

/* What is no longer held could be written from now on: better no sandbox than an open one. */
static void holds_check(struct supervisor *s, int when)
{
	const char *path = s->is_lost ? NULL : vigil_lost(when, s->facts);

	if (path == NULL)
		return;
	events_add(s->log, "protect.replaced", path,
		   "somebody outside replaced it, and it was no longer held; look at it");
	s->is_lost = true;
	kill_all(s);
}

static void packets_read(struct supervisor *s, int fd)
{
	struct packet_sink sink = { s->log, s->egress->is_used ? s->egress->served : NULL };

	packet_read(fd, &sink);
}

/* Without its proxy the sandbox has no network; it never gets another one. */
static int proxy_read(struct supervisor *s, enum source source, struct err *e)
{
	bool is_stage = source == SOURCE_PROXY_STAGE;
	int r = is_stage ? egress_control(s->egress, e) : egress_message(s->egress, e);

	pass_wants(s);
	if (r == 0)
		return go(s, e);
	if (s->start_ms == 0)
		return r == -EPIPE ? err_set(e, r, "the proxy ended before the command started")
				   : r;
	/* Each of its sockets ends, one after the other. */
	if (!events_has(s->log, "net.lost", NULL))
		events_add(s->log, "net.lost", "tiercel-proxy",
			   "the proxy ended; nothing could be reached from then on");
	return 0;
}

static bool is_proxy_late(const struct supervisor *s)
{
	return s->start_ms == 0 && s->egress->until_ms != 0 &&
	       limits_now_ms() >= s->egress->until_ms;
}

static void relay_step(struct relay *r)
{
	if (relay_wants_write(r))
		relay_write(r);
	else if (relay_wants_read(r))
		relay_read(r);
}

/* Handles one descriptor; as control_read returns. */
static int dispatch(struct supervisor *s, const struct polled *p, nfds_t i, int signals,
		    struct err *e)
{
	switch (p->source[i]) {
	case SOURCE_CONTROL:
		return control_read(s, e);
	case SOURCE_SIGNAL:
		signal_read(s, signals);
		return 0;
	case SOURCE_NOTIFY:
		if (!(p->fd[i].revents & POLLIN) || refusal_read(s) < 0)
			s->notify = fd_close(s->notify);
		return 0;
	case SOURCE_WATCH:
		packets_read(s, p->fd[i].fd);
		return 0;
	case SOURCE_HOLDS:
		holds_check(s, s->holds_watch);
		return 0;
	case SOURCE_PROXY_STAGE:
	case SOURCE_PROXY:
		return proxy_read(s, p->source[i], e);
	case SOURCE_LIVE:
		live_serve(s->live);
		return 0;
	case SOURCE_RELAY:
		relay_step(&s->relay[p->index[i]]);
		return 0;
	}
	return 0;
}

/* The outer half is gone: what it had to say lies in the socket, or will never come. */
static bool is_stage_gone(struct supervisor *s)
{
	if (s->init == 0)
		reap_stage(s);
	return s->init == 0 && s->stage == 0 && s->control >= 0;
}

/* Returns how many descriptors have something, or negative errno with @e filled. */
static int look(struct supervisor *s, struct polled *p, int signals, struct err *e)
{
	bool is_last = is_stage_gone(s);
	int ready;

	polled_make(p, s, signals);
	ready = poll(p->fd, p->n, is_last || s->rest.box != NULL ? 0 : limits_timeout_ms(s));
	if (ready < 0 && errno != EINTR)
		return err_sys(e, -errno, "poll");
	/* The socket comes first in the list. */
	if (is_last && ready >= 0 && p->fd[0].revents == 0)
		return err_set(e, -ECHILD, "the stage ended without a word");
	return ready < 0 ? 1 : ready;
}

static int loop(struct supervisor *s, int signals, struct err *e)
{
	struct polled p;
	int r = 0;

	while (r == 0) {
		int ready = look(s, &p, signals, e);

		if (ready < 0)
			return ready;
		if (ready == 0)
			(void)store_rest_step(&s->rest);
		for (nfds_t i = 0; i < p.n && r == 0; i++)
			if (p.fd[i].revents)
				r = dispatch(s, &p, i, signals, e);
		if (r == 0 && is_proxy_late(s))
			r = err_set(e, -ETIMEDOUT, "the proxy did not get ready in time");
		if (r == 0 && limits_exceeded(s))
			kill_all(s);
	}
	return r < 0 ? r : 0;
}

static int signals_open(void)
{
	static const int forwarded[] = { SIGCHLD, SIGWINCH, SIGTERM, SIGHUP,
					 SIGINT,  SIGQUIT,  SIGUSR1, SIGUSR2 };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
		sigaddset(&set, forwarded[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void processes_end(struct supervisor *s)
{
	if (s->pidfd >= 0)
		pidfd_send_signal(s->pidfd, SIGKILL, NULL, 0);
	else if (s->init > 0)
		kill(s->init, SIGKILL); /* not waited for yet, so the number is still its own */
	if (s->init > 0)
		while (waitpid(s->init, NULL, __WALL) < 0 && errno == EINTR)
			continue;
	if (s->stage > 0)
		while (waitpid(s->stage, NULL, 0) < 0 && errno == EINTR)
			continue;
	s->stage = 0;
}

/* Whatever happened, nothing of the sandbox is left when this returns. */
static void finish(struct supervisor *s)
{
	processes_end(s);
	connector_end(&s->connector, s->log);
	while (store_rest_step(&s->rest))
		continue;
	for (int i = 0; i < NETNS_WATCH_FDS; i++) {
		if (s->watch[i] >= 0)
			packets_read(s, s->watch[i]);
		s->watch[i] = fd_close(s->watch[i]);
	}
	if (!s->was_killed)
		for (int i = RELAY_OUT; i < RELAY_COUNT; i++)
			relay_drain(&s->relay[i]);
	for (int i = 0; i < RELAY_COUNT; i++)
		relay_done(&s->relay[i]);
	if (s->is_terminal)
		terminal_leave(s);
	s->pidfd = fd_close(s->pidfd);
	s->notify = fd_close(s->notify);
	s->pty = fd_close(s->pty);
	s->control = fd_close(s->control);
}

int supervise(struct supervisor *s, struct err *e)
{
	AUTO_CLOSE int signals = -EBADF;
	int r;

	signals = signals_open();
	r = signals < 0 ? err_sys(e, signals, "cannot receive signals") : loop(s, signals, e);
	finish(s);
	if (s->start_ms != 0)
		holds_check(s, -EBADF);
	if (r < 0)
		return r;
	limits_at_end(s);
	if (!s->has_status && s->exec_errno == 0 && !s->was_killed)
		return err_set(e, -ECHILD, "the sandbox ended without a word");
	return 0;
}

void supervise_not(struct supervisor *s)
{
	struct err e = { 0 };

	/* It waits for orders; the end of them is the end of it, after it said what it made. */
	if (s->control >= 0)
		shutdown(s->control, SHUT_WR);
	for (int i = 0; i < LAST_WORDS_MAX && s->control >= 0; i++)
		(void)control_read(s, &e);
	finish(s);
}

int supervise_exit_code(const struct supervisor *s)
{
	if (s->exec_errno != 0)
		return s->exec_errno == ENOENT ? 127 : 126;
	if (events_has(s->log, "limit.time", NULL))
		return 124;
	if (!s->has_status || s->was_killed)
		return 128 + SIGKILL;
	return WIFEXITED(s->status) ? WEXITSTATUS(s->status) : 128 + WTERMSIG(s->status);
}
