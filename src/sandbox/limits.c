/* SPDX-License-Identifier: Apache-2.0 */
/* Limits that the supervisor watches itself, and events of those that the kernel keeps. */
#include "sandbox/limits.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "linux/cgroup.h"
#include "linux/proc.h"
#include "linux/proc_held.h"
#include "policy/policy.h"
#include "sandbox/egress.h"
#include "sandbox/events.h"
#include "sandbox/supervise.h"

#define TICK_MS 100

uint64_t limits_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static bool needs_tick(const struct supervisor *s)
{
	const struct policy_limits *l = s->limits;

	return l->memory != POLICY_UNLIMITED || l->disk != POLICY_UNLIMITED ||
	       l->pids != POLICY_UNLIMITED;
}

static void nearer(uint64_t *until, uint64_t at)
{
	*until = at < *until ? at : *until;
}

int limits_timeout_ms(const struct supervisor *s)
{
	uint64_t now = limits_now_ms();
	uint64_t until = UINT64_MAX;

	if (s->start_ms != 0 && s->limits->time_ms != POLICY_UNLIMITED)
		nearer(&until, s->start_ms + s->limits->time_ms);
	if (s->start_ms != 0 && needs_tick(s))
		nearer(&until, s->tick_ms > now ? s->tick_ms : now + TICK_MS);
	if (s->term_ms != 0)
		nearer(&until, s->term_ms);
	if (s->start_ms == 0 && s->egress->until_ms != 0)
		nearer(&until, s->egress->until_ms);
	if (until == UINT64_MAX)
		return -1;
	if (until <= now)
		return 0;
	return until - now > INT_MAX ? INT_MAX : (int)(until - now);
}

static void note(struct supervisor *s, const char *type, uint64_t limit, const char *unit,
		 const char *reason)
{
	char target[EVENT_TARGET_MAX];

	if (events_has(s->log, type, NULL))
		return;
	snprintf(target, sizeof(target), "%llu %s", (unsigned long long)limit, unit);
	events_add(s->log, type, target, reason);
}

static bool has_memory_group(const struct supervisor *s)
{
	return s->cgroup != NULL && cgroup_has(s->cgroup, CGROUP_MEMORY);
}

static uint64_t above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/*
 * Shared memory and deleted files belong to nobody that is easily asked. The dear look at them is
 * only taken when the host has lost as much since the start as it would take to matter.
 */
static void held_look(const struct supervisor *s, struct proc_usage *u, struct proc_held *held)
{
	const struct policy_limits *l = s->limits;
	bool is_due = l->disk != POLICY_UNLIMITED && disk_watch_lost(&s->disk) > l->disk / 2;

	if (!has_memory_group(s) && l->memory != POLICY_UNLIMITED)
		is_due = is_due ||
			 above(proc_shared_total(), s->start_shared_bytes) + u->memory_bytes >
				 l->memory;
	if (is_due)
		proc_held(s->init, held);
	u->memory_bytes += held->shared_bytes;
}

static bool memory_exceeded(struct supervisor *s, const struct proc_usage *u)
{
	const struct policy_limits *l = s->limits;
	bool is_over =
		has_memory_group(s) ? cgroup_oom_kills(s->cgroup) > 0 : u->memory_bytes > l->memory;

	if (l->memory == POLICY_UNLIMITED || !is_over)
		return false;
	note(s, "limit.memory", l->memory >> 20, "MiB", "--memory raises it");
	return true;
}

/*
 * The kernel refused a process. An rlimit tells nobody when it does; so it leaves room for one more
 * than allowed, which is seen here while it runs. Pid 1 is ours and counts as one of them.
 */
static bool pids_exceeded(struct supervisor *s, const struct proc_usage *u)
{
	const struct policy_limits *l = s->limits;
	bool has_group = s->cgroup != NULL && cgroup_has(s->cgroup, CGROUP_PIDS);

	if (l->pids == POLICY_UNLIMITED ||
	    !(has_group ? cgroup_pids_refused(s->cgroup) > 0 : u->tasks > l->pids + 1))
		return false;
	note(s, "limit.pids", l->pids, "processes", "--pids-limit raises it");
	return true;
}

static bool disk_exceeded(struct supervisor *s, const struct proc_held *held)
{
	uint64_t limit = s->limits->disk;
	uint64_t used;
	uint64_t lost;
	bool is_all;

	if (limit == POLICY_UNLIMITED)
		return false;
	used = disk_watch_used(&s->disk, limit, &is_all) + held->deleted_bytes;
	/* What is hidden from the count is taken for all that the disk lost meanwhile. */
	lost = is_all ? 0 : disk_watch_lost(&s->disk);
	if (used <= limit && lost <= limit)
		return false;
	note(s, "limit.disk", limit >> 20, "MiB", "--disk raises it");
	return true;
}

static bool tick(struct supervisor *s)
{
	struct proc_usage u = { 0 };
	struct proc_held held = { 0 };
	uint64_t begin = limits_now_ms();
	uint64_t took;
	bool is_over;

	proc_usage(s->init, &u);
	held_look(s, &u, &held);
	is_over = pids_exceeded(s, &u);
	is_over = memory_exceeded(s, &u) || is_over;
	is_over = is_over || disk_exceeded(s, &held);
	/* A look that is dear is taken less often, so that watching stays below a twentieth. */
	took = limits_now_ms() - begin;
	s->tick_ms = limits_now_ms() + (took * 20 > TICK_MS ? took * 20 : TICK_MS);
	return is_over;
}

static bool output_exceeded(struct supervisor *s)
{
	uint64_t total = s->relay[RELAY_OUT].total + s->relay[RELAY_ERR].total;
	bool is_small = s->limits->output < 1024;

	if (s->limits->output == POLICY_UNLIMITED || total <= s->limits->output)
		return false;
	note(s, "limit.output", s->limits->output >> (is_small ? 0 : 10),
	     is_small ? "bytes" : "KiB", "limits.output in the policy raises it");
	return true;
}

bool limits_exceeded(struct supervisor *s)
{
	uint64_t now;

	if (s->start_ms == 0)
		return false;
	now = limits_now_ms();
	if (s->term_ms != 0 && now >= s->term_ms)
		return true;
	if (s->limits->time_ms != POLICY_UNLIMITED && now >= s->start_ms + s->limits->time_ms) {
		bool is_short = s->limits->time_ms < 1000;

		note(s, "limit.time", s->limits->time_ms / (is_short ? 1 : 1000),
		     is_short ? "ms" : "s", "--timeout raises it");
		return true;
	}
	if (output_exceeded(s))
		return true;
	if (s->tick_ms == 0) {
		s->tick_ms = now + TICK_MS;
		disk_watch_start(&s->disk);
		s->start_shared_bytes = has_memory_group(s) ? 0 : proc_shared_total();
	}
	return needs_tick(s) && now >= s->tick_ms && tick(s);
}

/* The kernel stops a file at the limit; that may have ended the command between two looks. */
static bool disk_is_full(struct supervisor *s)
{
	struct proc_held none = { 0 };

	return s->limits->disk != POLICY_UNLIMITED &&
	       disk_watch_lost(&s->disk) > s->limits->disk / 2 && disk_exceeded(s, &none);
}

void limits_at_end(struct supervisor *s)
{
	struct proc_usage none = { 0 };

	if (s->start_ms == 0)
		return;
	if (pids_exceeded(s, &none))
		s->was_killed = true;
	if (memory_exceeded(s, &none))
		s->was_killed = true;
	if (disk_is_full(s))
		s->was_killed = true;
}
