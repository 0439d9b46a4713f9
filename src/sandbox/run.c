/* SPDX-License-Identifier: Apache-2.0 */
/* The whole flow of a run, on one page: policy, facts, plan, stage, supervision, report. */
#include "sandbox/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "plan/plan.h"
#include "plan/verify.h"
#include "sandbox/egress.h"
#include "sandbox/keep.h"
#include "sandbox/live.h"
#include "sandbox/prepare.h"
#include "sandbox/removal.h"
#include "sandbox/spawn.h"
#include "sandbox/supervise.h"

#define RUN_NOT_DELIVERED 125

static int plan_make(const struct run_request *req, const struct prepared *p, struct buf *out,
		     struct err *e)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	const struct tier *tier = tier_choose(req->policy, e);
	int r;

	if (tier == NULL)
		return -EOPNOTSUPP;
	r = tier->compile(req->policy, &p->facts, &b, e);
	if (r == 0)
		r = plan_finish(&b, out, e);
	return r < 0 ? r : plan_verify(out->p, out->n, e);
}

int run_plan(const struct run_request *req, struct buf *out, struct err *e)
{
	CLEANUP(prepare_done) struct prepared p = PREPARED_INIT;
	int r;

	p.is_plan = true;
	r = prepare_all(req, &p, e);

	if (r == 0)
		r = plan_make(req, &p, out, e);
	if (p.box.dir >= 0)
		store_remove(&p.box, NULL);
	return r;
}

/* Pipes between the caller's descriptors and the command's; with a terminal, nothing at all. */
static int stdio_make(const struct run_request *req, int stdio[3], struct supervisor *s,
		      struct err *e)
{
	for (int i = 0; i < 3; i++) {
		bool is_in = i == RELAY_IN;
		int ends[2];

		if (req->has_tty) {
			stdio[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
			if (stdio[i] < 0)
				return err_sys(e, -errno, "/dev/null");
			continue;
		}
		if (pipe2(ends, O_CLOEXEC) < 0)
			return err_sys(e, -errno, "cannot make a pipe");
		stdio[i] = ends[is_in ? 0 : 1];
		s->relay[i] = is_in ? (struct relay){ .from = 0, .to = ends[1], .owns_to = true }
				    : (struct relay){ .from = ends[0], .to = i, .owns_from = true };
		relay_never_block(&s->relay[i]);
	}
	return 0;
}

/* The stage gets ready while we make its plan. */
static int start(const struct run_request *req, struct supervisor *s, struct err *e)
{
	int stdio[3] = { -1, -1, -1 };
	int r = stdio_make(req, stdio, s, e);

	if (r == 0)
		r = spawn_stage(stdio, &s->control, e);
	for (int i = 0; i < 3; i++)
		fd_close(stdio[i]);
	if (r < 0)
		return r;
	s->stage = r;
	return 0;
}

static int spaces_order(const struct tier *tier, const struct prepared *p,
			const struct supervisor *s, struct err *e)
{
	int groups[CGROUP_KINDS];
	size_t n = cgroup_entries(&p->cgroup, groups);
	int r = spawn_spaces(s->control, tier->spaces(&p->facts), groups, n, e);

	for (size_t i = 0; i < n; i++)
		fd_close(groups[i]);
	return r;
}

/* Making the namespaces takes longest, so it begins before the plan is there; root needs the plan
 * to take what only root can. Nothing of it runs before supervise has seen the walls. */
static int order(const struct run_request *req, struct prepared *p, const struct supervisor *s,
		 struct buf *plan, struct err *e)
{
	const struct tier *tier = tier_choose(req->policy, e);
	int r = tier == NULL ? -EOPNOTSUPP : 0;

	if (r == 0 && !p->facts.is_root)
		r = spaces_order(tier, p, s, e);
	if (r == 0)
		r = plan_make(req, p, plan, e);
	if (r == 0)
		r = keep_running(req, p, e);
	if (r == 0)
		r = spawn_plan(s->control, plan, e);
	if (r == 0)
		r = egress_start(s->egress, req->policy, &p->facts, &p->secrets, e);
	if (r == 0 && p->facts.is_root)
		r = spaces_order(tier, p, s, e);
	return r;
}

static int carry_out(const struct run_request *req, struct prepared *p, struct run_result *ret,
		     struct err *e)
{
	struct egress egress = EGRESS_INIT;
	struct live live = LIVE_INIT;
	struct supervisor s = { .control = -1,
				.pidfd = -1,
				.pty = -1,
				.notify = -1,
				.watch = { -1, -1, -1, -1 },
				.limits = &req->policy->limits,
				.log = &ret->log,
				.rest = STORE_REST_OF(NULL),
				.cgroup = &p->cgroup,
				.egress = &egress,
				.live = &live,
				.guard = &p->guard,
				.facts = &p->facts,
				.holds_watch = -1 };
	int r;

	for (int i = 0; i < RELAY_COUNT; i++)
		s.relay[i] = RELAY_INIT;
	r = start(req, &s, e);
	p->stage = s.stage;
	if (r == 0)
		r = prepare_all(req, p, e);
	ret->log.dir = p->box.dir;
	ret->reached.dir = p->box.dir;
	live.egress = &egress;
	live.secrets = &p->secrets;
	egress.log = &ret->log;
	egress.reached = &ret->reached;
	egress.authority = &p->authority;
	if (r == 0)
		r = order(req, p, &s, &ret->plan, e);
	if (r == 0)
		r = live_open(&live, req->policy, p->box.dir, e);
	s.holds_watch = p->holds_watch;
	s.rest = STORE_REST_OF(&p->box);
	s.disk = (struct disk_watch){ .facts = &p->facts,
				      .write = &req->policy->write,
				      .is_readonly = req->policy->workspace_mode == MODE_READONLY };
	if (r == 0)
		r = supervise(&s, e);
	else
		supervise_not(&s);
	live_close(&live);
	egress_end(&egress);
	if (r == 0)
		ret->exit_code = supervise_exit_code(&s);
	for (int i = 0; i < RELAY_COUNT; i++) {
		/* Output that could not be delivered is a failure, whatever the command made of it.
		 */
		if (i != RELAY_IN && s.relay[i].err < 0) {
			snprintf(ret->note, sizeof(ret->note), "cannot write standard %s: %s",
				 i == RELAY_OUT ? "output" : "error", strerror(-s.relay[i].err));
			ret->exit_code = ret->exit_code == 0 ? RUN_NOT_DELIVERED : ret->exit_code;
		}
		relay_done(&s.relay[i]);
	}
	if (r == 0 && s.exec_errno != 0)
		snprintf(ret->note, sizeof(ret->note), "%s: %s", req->argv[0],
			 strerror(s.exec_errno));
	return r;
}

void run_result_done(struct run_result *res)
{
	buf_done(&res->plan);
}

/* By what each limit is kept. */
static void limits_words(const struct prepared *p, const char *ret[CGROUP_KINDS])
{
	const char *const kept[CGROUP_KINDS] = { p->facts.cgroup_memory, p->facts.cgroup_pids,
						 p->facts.cgroup_cpu };

	for (int i = 0; i < CGROUP_KINDS; i++)
		ret[i] = kept[i] != NULL ? kept[i] : scope_lesser(p->scope, (enum cgroup_kind)i);
}

/* One attempt; -ESTALE never repeats. @is_copy chooses how changes are kept. */
static int attempt(const struct run_request *req, bool is_copy, struct run_result *ret,
		   struct err *e)
{
	CLEANUP(prepare_done) struct prepared p = PREPARED_INIT;
	int r;

	ret->plan = BUF_INIT(PLAN_BYTES_MAX);
	ret->has_host_network = req->has_host_network;
	p.is_copy = is_copy;
	r = carry_out(req, &p, ret, e);
	cgroup_remove(&p.cgroup);
	placeholders_release(&p.placeholders);
	memcpy(ret->id, p.box.id, sizeof(ret->id));
	memcpy(ret->name, p.box.name, sizeof(ret->name));
	limits_words(&p, ret->limits);
	if (r == 0) {
		ret->duration_ns = events_now() - p.start_ns;
		return keep_ended(req, &p, ret, e);
	}
	if (p.box.dir >= 0)
		store_remove(&p.box, NULL);
	return r;
}

/*
 * Some directories cannot lie under an overlay (mounts below them, a file system without it). A
 * copy is no answer to a machine that is short of something.
 */
static bool is_copy_wanted(int r, const struct err *e)
{
	static const int passing[] = { -ENOMEM, -EMFILE, -ENFILE, -ENOSPC, -EDQUOT, -EINTR, -EIO };

	for (size_t i = 0; i < ARRAY_LEN(passing); i++)
		if (r == passing[i])
			return false;
	return r < 0 && strstr(e->text, "copy-on-write view") != NULL;
}

static int attempts(const struct run_request *req, struct run_result *ret, struct err *e)
{
	struct err first = { 0 };
	int r = attempt(req, false, ret, &first);

	if (is_copy_wanted(r, &first)) {
		run_result_done(ret);
		*ret = (struct run_result){ 0 };
		r = attempt(req, true, ret, e);
		if (r == 0)
			snprintf(ret->note, sizeof(ret->note),
				 "the workspace was copied: no overlay here");
		return r;
	}
	if (r < 0 && e != NULL)
		*e = first;
	return r;
}

/* What still asked to end a command that has ended is nobody's; from now on it is meant for us. */
static void signals_take_back(const sigset_t *before)
{
	const struct timespec at_once = { 0 };
	sigset_t ours;

	sigprocmask(SIG_BLOCK, NULL, &ours);
	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(before, sig) == 1)
			sigdelset(&ours, sig);
	while (sigtimedwait(&ours, NULL, &at_once) > 0)
		continue;
	sigprocmask(SIG_SETMASK, before, NULL);
}

int run_sandbox(const struct run_request *req, struct run_result *ret, struct err *e)
{
	sigset_t before;
	int r;

	sigprocmask(SIG_BLOCK, NULL, &before);
	r = attempts(req, ret, e);
	signals_take_back(&before);
	return r;
}
