/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy of a sandbox: started in a sandbox of its own, told the rules, listened to. */
#include "sandbox/egress.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"
#include "linux/channel.h"
#include "linux/proc_socket.h"
#include "plan/egress.h"
#include "plan/message.h"
#include "plan/plan.h"
#include "plan/verify.h"
#include "policy/policy.h"
#include "sandbox/authority.h"
#include "sandbox/egress_config.h"
#include "sandbox/events.h"
#include "sandbox/gate.h"
#include "sandbox/limits.h"
#include "sandbox/publish.h"
#include "sandbox/secrets.h"
#include "sandbox/spawn.h"
#include "tier/part_egress.h"
#include "tier/proxy.h"

#define PROXY_NAME "tiercel-proxy"
#define CONFIG_MAX (4u << 20)
#define BATCH 128
#define READY_MS 10000
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)

static int order(struct egress *x, enum egress_kind kind, int value, int fd, struct err *e)
{
	struct egress_message m = { .kind = (uint32_t)kind, .value = (uint32_t)value };
	int r = channel_send(x->channel, &m, sizeof(m), &fd, fd >= 0);

	return r < 0 ? err_sys(e, r, "cannot tell the proxy") : 0;
}

static int config_send(struct egress *x, const struct policy *p, const struct secrets *s,
		       struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(CONFIG_MAX);
	AUTO_CLOSE int fd = -EBADF;
	int r = egress_config(p, s, &text, e);

	if (r < 0)
		return r;
	fd = memfd_create("rules", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_sys(e, -errno, "cannot hold the proxy's rules");
	r = fd_write_full(fd, text.p, text.n);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		r = -errno;
	return r < 0 ? err_sys(e, r, "cannot seal the proxy's rules")
		     : order(x, EGRESS_CONFIG, x->authority->java >= 0 ? EGRESS_WANT_JAVA : 0, fd,
			     e);
}

static int secrets_send(struct egress *x, const struct secrets *s, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++)
		r = order(x, EGRESS_SECRET, (int)i, s->value[i], e);
	return r;
}

static void look(const char *path, struct tier_path *ret)
{
	struct stat st;

	*ret = (struct tier_path){ .path = path };
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	ret->type = OBJECT_FILE;
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->uid = st.st_uid;
	ret->gid = st.st_gid;
}

static int plan_make(const struct policy *p, const struct tier_facts *f, struct buf *out,
		     struct err *e)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	CLEANUP(arena_done) struct arena a = { 0 };
	struct proxy_files files = { 0 };
	const char *roots;
	char path[PATH_MAX];
	int r = spawn_find(PROXY_NAME, path, e);

	if (r < 0)
		return r;
	look(path, &files.program);
	look("/etc/hosts", &files.hosts);
	roots = part_egress_opens(p) ? authority_list(&a) : NULL;
	if (roots != NULL)
		look(roots, &files.roots);
	r = proxy_compile(f, &files, &b, e);
	if (r == 0)
		r = plan_finish(&b, out, e);
	return r < 0 ? r : plan_verify(out->p, out->n, e);
}

/* Its standard input is our channel; there is nothing that it could print on. */
static int stage_start(struct egress *x, struct err *e)
{
	AUTO_CLOSE int theirs = -EBADF;
	AUTO_CLOSE int null = -EBADF;
	const struct timeval patience = { .tv_sec = READY_MS / 1000 };
	int ends[2];
	int r = channel_pair(ends);

	if (r < 0)
		return err_sys(e, r, "cannot make the proxy's socket");
	x->channel = ends[0];
	theirs = ends[1];
	/* One that does not listen is not waited for much longer. */
	if (setsockopt(x->channel, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
		return err_sys(e, -errno, "cannot set up the proxy's socket");
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null < 0)
		return err_sys(e, -errno, "/dev/null");
	r = spawn_stage((int[]){ theirs, null, null }, &x->control, e);
	x->stage = r > 0 ? r : 0;
	return r < 0 ? r : 0;
}

/* Who has the host's port already keeps the sandbox from starting. */
static int publish(const struct egress *x, const struct policy *p, struct err *e)
{
	struct egress_message m = { .kind = EGRESS_LISTEN, .value = EGRESS_PUBLISHED };
	int fds[CHANNEL_FDS_MAX];
	size_t n = 0;
	int r = 0;

	if (p->net_publish.n > CHANNEL_FDS_MAX)
		return err_set(e, -EOPNOTSUPP, "network.publish: more than %d ports",
			       CHANNEL_FDS_MAX);
	while (n < p->net_publish.n && r >= 0) {
		r = publish_listen(p->net_publish.v[n], e);
		if (r >= 0)
			fds[n++] = r;
	}
	if (r >= 0 && n > 0) {
		r = channel_send(x->channel, &m, sizeof(m), fds, n);
		if (r < 0)
			err_sys(e, r, "cannot hand ports to the proxy");
	}
	while (n > 0)
		fd_close(fds[--n]);
	return r < 0 ? r : 0;
}

int egress_start(struct egress *x, const struct policy *p, const struct tier_facts *f,
		 const struct secrets *s, struct err *e)
{
	AUTO_BUF struct buf plan = BUF_INIT(PLAN_BYTES_MAX);
	int r;

	if (!part_egress_is_open(p))
		return 0;
	x->is_used = true;
	r = stage_start(x, e);
	if (r == 0)
		r = publish(x, p, e);
	if (r == 0 && !f->is_root)
		r = spawn_spaces(x->control, proxy_spaces(), NULL, 0, e);
	if (r == 0)
		r = plan_make(p, f, &plan, e);
	if (r == 0)
		r = spawn_plan(x->control, &plan, e);
	if (r == 0 && f->is_root)
		r = spawn_spaces(x->control, proxy_spaces(), NULL, 0, e);
	if (r == 0)
		r = config_send(x, p, s, e);
	return r < 0 ? r : secrets_send(x, s, e);
}

int egress_change(struct egress *x, const struct policy *p, const struct secrets *s, struct err *e)
{
	if (!x->is_ready || x->channel < 0)
		return err_set(e, -EPIPE, "its proxy is gone");
	return config_send(x, p, s, e);
}

static void held_drop(struct egress *x)
{
	while (x->held_n > 0)
		fd_close(x->held[--x->held_n]);
}

static int held_send(struct egress *x, struct err *e)
{
	struct egress_message m = { .kind = EGRESS_LISTEN, .value = (uint32_t)x->held_as };
	int r = x->held_n == 0 ? 0 : channel_send(x->channel, &m, sizeof(m), x->held, x->held_n);

	held_drop(x);
	return r < 0 ? err_sys(e, r, "cannot hand sockets to the proxy") : 0;
}

/* Many at once: the proxy starts when we say so, and until then its socket holds few messages. */
static int hold(struct egress *x, int listener, int fd, struct err *e)
{
	int r = 0;

	if (x->held_n == CHANNEL_FDS_MAX || x->held_as != listener)
		r = held_send(x, e);
	if (r < 0)
		return r;
	x->held_as = listener;
	x->held[x->held_n] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (x->held[x->held_n] < 0)
		return err_sys(e, -errno, "cannot hold a socket of the sandbox");
	x->held_n++;
	return 0;
}

int egress_socket(struct egress *x, int listener, int fd, struct err *e)
{
	struct sockaddr_in6 addr = { 0 };
	socklen_t n = sizeof(addr);
	unsigned int port;

	if (!x->is_used)
		return err_set(e, -EPROTO, "a socket that nobody asked for");
	if (getsockname(fd, (struct sockaddr *)&addr, &n) < 0)
		return err_sys(e, -errno, "a socket of the sandbox");
	/* One that does not take what it asked for, or is gone, goes without. */
	if (listener == EGRESS_CONNECTOR) {
		(void)order(x, EGRESS_LISTEN, listener, fd, NULL);
		return 0;
	}
	/* The port stands at the same place for both families. */
	port = ntohs(addr.sin6_port);
	if (listener != EGRESS_DNS_UDP)
		x->served[port / 8] |= (uint8_t)(1u << port % 8);
	return hold(x, listener, fd, e);
}

int egress_serve(struct egress *x, struct err *e)
{
	int r;

	if (!x->is_used)
		return 0;
	x->until_ms = limits_now_ms() + READY_MS;
	r = held_send(x, e);
	return r == 0 ? order(x, EGRESS_START, 0, -1, e) : r;
}

static int on_ready(struct egress *x, struct err *e)
{
	struct message m = { .kind = MESSAGE_GO, .op = UINT32_MAX };
	int r = gate_check(x->init, e);

	if (r < 0)
		return r;
	r = channel_send(x->control, &m, sizeof(m), NULL, 0);
	return r < 0 ? err_sys(e, r, "the proxy ended before it started") : 0;
}

static int on_stage(struct egress *x, const struct message *m, struct err *e)
{
	switch ((enum message_kind)m->kind) {
	case MESSAGE_PID:
		x->init = m->value;
		x->pidfd = pidfd_open(x->init, 0);
		return x->pidfd < 0 ? err_sys(e, -errno, "cannot hold the proxy") : 0;
	case MESSAGE_READY:
		return on_ready(x, e);
	case MESSAGE_FAIL:
		return err_set(e, m->err.code < 0 ? m->err.code : -EPROTO, "the proxy: %.*s",
			       (int)sizeof(m->err.text) - 1, m->err.text);
	case MESSAGE_EXEC:
		return err_sys(e, -m->value, "cannot start the proxy");
	case MESSAGE_EXIT:
		return -EPIPE;
	case MESSAGE_NOTE:
	case MESSAGE_SOCKET:
	case MESSAGE_STOPPED:
	case MESSAGE_SPACES:
	case MESSAGE_PLAN:
	case MESSAGE_GO:
	case MESSAGE_WANT:
	case MESSAGE_SIGNAL:
	case MESSAGE_KILL:
	case MESSAGE_KIND_END:
		break;
	}
	return 0;
}

/*
 * One message with at most its one descriptor kept, where @ret_fd asks for that; 1 when it came, 0
 * at the end, negative errno.
 */
static int receive(int fd, void *p, size_t size, int *ret_fd)
{
	int fds[CHANNEL_FDS_MAX];
	size_t n = 0;
	ssize_t len = channel_receive(fd, p, size, fds, &n);

	if (n == 1 && ret_fd != NULL)
		*ret_fd = fd_take(&fds[0]);
	for (size_t i = 0; i < n; i++)
		fd_close(fds[i]);
	if (len == 0 || len == -ECONNRESET)
		return 0;
	if (len < 0)
		return (int)len;
	return len == (ssize_t)size ? 1 : -EPROTO;
}

int egress_control(struct egress *x, struct err *e)
{
	struct message m;
	int r = receive(x->control, &m, sizeof(m), NULL);

	if (r == 1)
		return on_stage(x, &m, e);
	x->control = fd_close(x->control);
	return r == 0 ? -EPIPE : err_sys(e, r, "the proxy's stage cannot be understood");
}

/* Who was refused; looked for once for each kind of event, as it takes a walk through /proc. */
static void who(const struct egress *x, const struct egress_message *m, struct event *ev)
{
	AUTO_BUF struct buf shown = BUF_INIT((size_t)PROC_PROGRAM_MAX * 8);
	char program[PROC_PROGRAM_MAX] = "";

	if (m->client == 0 || x->client == 0)
		return;
	ev->pid = (uint32_t)proc_socket_owner(x->client, m->client, program);
	buf_escape(&shown, program, strlen(program));
	snprintf(ev->program, sizeof(ev->program), "%s", shown.p != NULL ? shown.p : "");
}

static void note(struct egress *x, const char *type, const char *target,
		 const struct egress_message *m)
{
	static const char flag[] = "--allow ";
	bool is_reached = strcmp(type, EVENT_ALLOW) == 0 || strcmp(type, EVENT_CLOSE) == 0 ||
			  strcmp(type, EVENT_PUBLISH) == 0;
	AUTO_BUF struct buf reason = BUF_INIT((size_t)EVENT_REASON_MAX * 8);
	AUTO_BUF struct buf more = BUF_INIT((size_t)EGRESS_TEXT_MAX * 8);
	struct event ev = { .type = type, .in = m->in, .out = m->out };

	buf_escape(&reason, m->detail, strlen(m->detail));
	buf_escape(&more, m->flag, strlen(m->flag));
	buf_str(&more, "");
	if (is_reached && more.p != NULL)
		snprintf(ev.address, sizeof(ev.address), "%s", more.p);
	if (!is_reached && more.n > 0) {
		buf_printf(&reason, "; %s", more.p);
		if (strncmp(more.p, flag, sizeof(flag) - 1) == 0)
			snprintf(ev.rule_missing, sizeof(ev.rule_missing), "network.allow: %s",
				 more.p + sizeof(flag) - 1);
	}
	snprintf(ev.reason, sizeof(ev.reason), "%s", reason.p != NULL ? reason.p : "");
	/* What there is no room for is only counted, and not worth a search. */
	if (!is_reached && x->log->n < EVENTS_MAX && !events_has(x->log, type, target))
		who(x, m, &ev);
	events_note(is_reached ? x->reached : x->log, &ev, target);
}

/* The proxy is hostile territory: what it says is cut and escaped, and decides nothing. */
static void on_event(struct egress *x, struct egress_message *m)
{
	static const char *const types[] = {
		"net.deny",   "net.dns",   "net.error", "net.budget",
		"net.secret", EVENT_ALLOW, EVENT_CLOSE, EVENT_PUBLISH
	};
	char target[EGRESS_TARGET_MAX + 8];

	m->type[sizeof(m->type) - 1] = '\0';
	m->target[sizeof(m->target) - 1] = '\0';
	m->detail[sizeof(m->detail) - 1] = '\0';
	m->flag[sizeof(m->flag) - 1] = '\0';
	if (m->port != 0)
		snprintf(target, sizeof(target), "%s:%u", m->target, m->port);
	else
		snprintf(target, sizeof(target), "%s",
			 m->target[0] != '\0' ? m->target : PROXY_NAME);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(m->type, types[i]) == 0)
			note(x, types[i], target, m);
}

/* Before it is ready it has told what is to be trusted, where that is shown to the sandbox. */
static int on_proxy_ready(struct egress *x, struct err *e)
{
	if (!authority_is_told(x->authority))
		return err_set(e, -EPROTO, "the proxy told no certificate");
	/* It has taken what it was given; from now on it is not waited for. */
	if (fcntl(x->channel, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, -errno, "cannot set up the proxy's socket");
	x->is_ready = true;
	return 0;
}

static int message_read(struct egress *x, struct err *e)
{
	struct egress_message m;
	AUTO_CLOSE int fd = -EBADF;
	int r = receive(x->channel, &m, sizeof(m), &fd);

	if (r == 1 && m.kind == EGRESS_CA)
		return authority_tell(x->authority, m.value, fd, e);
	if (r == 1 && m.kind == EGRESS_READY)
		return on_proxy_ready(x, e);
	if (r == 1 && m.kind == EGRESS_WANT)
		x->wanted = m.value < EGRESS_WANT_MAX ? m.value : EGRESS_WANT_MAX;
	if (r == 1 && m.kind == EGRESS_EVENT)
		on_event(x, &m);
	if (r == 1 && m.kind == EGRESS_FAIL)
		return err_set(e, -EPROTO, "the proxy: %.*s", (int)sizeof(m.detail) - 1, m.detail);
	if (r == 1)
		return 0;
	x->channel = fd_close(x->channel);
	/* With nobody who hears it, it is not to serve either. */
	if (x->pidfd >= 0)
		pidfd_send_signal(x->pidfd, SIGKILL, NULL, 0);
	return r == 0 ? -EPIPE : err_sys(e, r, "the proxy cannot be understood");
}

int egress_message(struct egress *x, struct err *e)
{
	struct pollfd more = { .fd = x->channel, .events = POLLIN };
	int r = message_read(x, e);

	/* A busy proxy says much; what is not read in time is lost to the log. */
	for (int i = 1; i < BATCH && r == 0 && poll(&more, 1, 0) > 0; i++)
		r = message_read(x, e);
	return r;
}

/* What it said until now; @rounds bounds what one that never stops can say. */
static void last_words(struct egress *x, int rounds)
{
	struct err e = { 0 };
	char c;

	while (rounds-- > 0 && x->channel >= 0 &&
	       recv(x->channel, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
		(void)egress_message(x, &e);
}

void egress_end(struct egress *x)
{
	struct err e = { 0 };

	held_drop(x);
	if (!x->is_used)
		return;
	/* The end of its input is the end of it; then nobody can hold what it has open. */
	if (x->control >= 0)
		shutdown(x->control, SHUT_WR);
	last_words(x, BATCH);
	x->channel = fd_close(x->channel);
	while (x->control >= 0 && x->init <= 0)
		(void)egress_control(x, &e);
	if (x->pidfd >= 0)
		pidfd_send_signal(x->pidfd, SIGKILL, NULL, 0);
	if (x->init > 0)
		while (waitpid(x->init, NULL, __WALL) < 0 && errno == EINTR)
			continue;
	if (x->stage > 0)
		while (waitpid(x->stage, NULL, 0) < 0 && errno == EINTR)
			continue;
	x->control = fd_close(x->control);
	x->pidfd = fd_close(x->pidfd);
	x->is_used = false;
}
