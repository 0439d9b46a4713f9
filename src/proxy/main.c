/* SPDX-License-Identifier: Apache-2.0 */
/* tiercel-proxy: the way out of one sandbox, driven by its supervisor over descriptor 0. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/fd.h"
#include "proxy/conn.h"
#include "proxy/conn_go.h"
#include "proxy/dns_serve.h"
#include "proxy/events.h"
#include "proxy/proxy.h"
#include "proxy/publish.h"
#include "proxy/resolver.h"
#include "proxy/serve.h"
#include "proxy/tls_maker.h"

#define EXIT_OURS 125
#define NAMES_KEPT 32768
#define PEM_MAX 16384
#define JAVA_MAX (8u << 20)
#define PIPES_SHARE 8 /* of all descriptors, one in so many may be a pipe */
#define PIPES_MOST 1024

/* What one run of the program holds; @failed is what it ends with. */
struct program {
	struct proxy proxy;
	struct watch control;
	struct task task;
	bool has_config;
	bool is_started;
	bool has_failed;
};

static void fail(struct program *g, const struct err *e)
{
	control_answer(&g->proxy.control, EGRESS_FAIL, e);
	g->has_failed = true;
	g->proxy.loop.is_stopped = true;
}

/* What the rules as they are now do not hold any more is ended, and what they want opened. */
static void narrow(struct proxy *p)
{
	struct words_of words = { "the rules were changed and hold this connection no longer", "" };

	for (struct conn *c = p->conns; c != NULL; c = c->next) {
		if (c->phase != CONN_SERVED || c->is_published ||
		    (conn_is_allowed(c, c->server.watch.fd >= 0 ? &c->addr : NULL) &&
		     (c->opened != NULL || c->request != NULL || !c->is_inspected ||
		      !conn_must_open(c))))
			continue;
		events_conn(c, "net.deny", words);
		conn_reset(c);
	}
}

static int offer(struct program *g, enum egress_trust what, const struct buf *b, struct err *e)
{
	AUTO_CLOSE int fd = memfd_create("authority", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : fd_write_full(fd, b->p, b->n);

	if (r == 0)
		r = control_offer(&g->proxy.control, EGRESS_CA, what, fd);
	return r < 0 ? err_sys(e, r, "proxy: certificate authority") : 0;
}

/* What the sandbox has to trust is told before it starts, so only the first rules can ask for it.
 */
static int prepare_opening(struct program *g, uint32_t wants, struct err *e)
{
	struct proxy *p = &g->proxy;
	AUTO_BUF struct buf pem = BUF_INIT(PEM_MAX);
	AUTO_BUF struct buf java = BUF_INIT(JAVA_MAX);
	int r;

	if (p->tls != NULL || p->config.n_http + p->config.n_git + p->config.n_secrets == 0)
		return 0;
	r = tls_maker_new(&p->tls, e);
	if (r < 0)
		return r;
	r = tls_maker_pem(p->tls, &pem);
	if (r == 0 && (wants & EGRESS_WANT_JAVA) != 0)
		r = tls_maker_java(p->tls, &java);
	if (r < 0)
		return err_sys(e, r, "proxy: list of authorities");
	r = offer(g, EGRESS_TRUST_PEM, &pem, e);
	if (r == 0 && java.n > 0)
		r = offer(g, EGRESS_TRUST_JAVA, &java, e);
	return r;
}

static int take_config(struct program *g, uint32_t wants, const int *fds, size_t n, struct err *e)
{
	AUTO_FREE char *text = NULL;
	struct proxy *p = &g->proxy;
	struct config config;
	int r;

	if (n != 1)
		return err_set(e, -EPROTO, "proxy: a configuration comes as one descriptor");
	r = control_config(fds[0], &text, e);
	if (r >= 0)
		r = config_parse(text, (size_t)r, &config, e);
	if (r < 0)
		return r;
	config_done(&p->config);
	p->config = config;
	g->has_config = true;
	p->budget.limits = config.limits;
	narrow(p);
	r = prepare_opening(g, wants, e);
	return r < 0 ? r : resolver_servers(p->resolver, config.servers, config.n_servers);
}

static int take_listeners(struct program *g, uint32_t kind, int *fds, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && kind == EGRESS_CONNECTOR; i++)
		publish_take(&g->proxy, fd_take(&fds[i]));
	for (size_t i = 0; i < n && kind != EGRESS_CONNECTOR && r >= 0; i++)
		r = serve_add(&g->proxy, fd_take(&fds[i]), kind);
	return r;
}

static int start(struct program *g, struct err *e)
{
	struct proxy *p = &g->proxy;
	int r = secret_values_check(&p->values, p->config.n_secrets, e);

	if (r < 0)
		return r;
	g->is_started = true;
	r = serve_start(p);
	if (r >= 0)
		r = control_answer(&p->control, EGRESS_READY, NULL);
	return r < 0 ? err_sys(e, r, "proxy: cannot start") : r;
}

static int obey(struct program *g, const struct egress_message *m, int *fds, size_t n,
		struct err *e)
{
	int r = -EPROTO;

	if (m->kind == EGRESS_CONFIG) {
		r = take_config(g, m->value, fds, n, e);
		if (r < 0)
			return r;
		return g->is_started ? control_answer(&g->proxy.control, EGRESS_READY, NULL) : 0;
	}
	if (m->kind == EGRESS_LISTEN && (!g->is_started || m->value == EGRESS_CONNECTOR))
		r = take_listeners(g, m->value, fds, n);
	if (m->kind == EGRESS_SECRET && !g->is_started && n == 1)
		return secret_values_take(&g->proxy.values, m->value, fds[0], e);
	if (m->kind == EGRESS_START && !g->is_started && g->has_config)
		return start(g, e);
	return r < 0 ? err_sys(e, r, "proxy: message %u of the supervisor", m->kind) : r;
}

static void run(struct task *t)
{
	struct program *g = (struct program *)(void *)((char *)t - offsetof(struct program, task));
	struct egress_message m;
	struct err e = { 0 };
	int fds[EGRESS_FDS_MAX];
	size_t n;
	int r;

	for (;;) {
		r = control_receive(&g->proxy.control, &m, fds, &n);
		if (r <= 0)
			break;
		r = obey(g, &m, fds, n, &e);
		while (n > 0)
			fd_close(fds[--n]);
		if (r < 0) {
			fail(g, &e);
			return;
		}
	}
	if (r != -EAGAIN)
		g->proxy.loop.is_stopped = true;
}

static void on_control(struct watch *w, uint32_t events)
{
	struct program *g =
		(struct program *)(void *)((char *)w - offsetof(struct program, control));

	(void)events;
	loop_later(&g->proxy.loop, &g->task);
}

static uint64_t raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

static int prepare(struct program *g, struct err *e)
{
	struct proxy *p = &g->proxy;
	uint64_t share = raise_descriptors() / PIPES_SHARE;
	int r;

	signal(SIGPIPE, SIG_IGN);
	p->control.fd = EGRESS_FD;
	p->names.max = NAMES_KEPT;
	p->names.max_bytes = NAMES_BYTES_MAX;
	p->scratch = malloc(PROXY_SCRATCH);
	if (p->scratch == NULL || getrandom(&p->names.seed, sizeof(p->names.seed), 0) < 0)
		return err_sys(e, -ENOMEM, "proxy");
	r = loop_init(&p->loop);
	if (r >= 0)
		r = pipes_init(&p->pipes, share < PIPES_MOST ? (size_t)share + 1 : PIPES_MOST);
	if (r < 0)
		return err_sys(e, r, "proxy");
	p->resolver = resolver_new(&p->loop, e);
	if (p->resolver == NULL)
		return -EIO;
	g->task.run = run;
	g->control = (struct watch){ EGRESS_FD, on_control };
	r = loop_watch(&p->loop, &g->control);
	if (r < 0)
		return err_sys(e, r, "proxy: descriptor 0 is to be the supervisor's socket");
	loop_later(&p->loop, &g->task);
	return 0;
}

int main(void)
{
	struct program g = { .proxy.config.log_fd = -1 };
	struct err e = { 0 };
	int r = prepare(&g, &e);

	if (r < 0) {
		control_answer(&g.proxy.control, EGRESS_FAIL, &e);
		fprintf(stderr, "tiercel: %s\n", e.text);
		return EXIT_OURS;
	}
	r = loop_run(&g.proxy.loop);
	/* The kernel takes the rest back at once, and resets what is still open. */
	return r < 0 || g.has_failed ? EXIT_OURS : 0;
}
