/* SPDX-License-Identifier: Apache-2.0 */
/* A process that cleans up after a supervisor that was killed. */
#include "sandbox/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/cgroup.h"
#include "sandbox/placeholder.h"
#include "sandbox/placeholder_log.h"

#define DEATH_MS 10000 /* how long a killed sandbox may take to be gone */

/* What outlives the supervisor: its descriptors are kept here. */
struct estate {
	struct cgroup groups;
	int box; /* directory of the sandbox, which tells of placeholders; negative for none */
	int alive;
};

static bool is_needed(const struct estate *e, int fd)
{
	for (int i = 0; i < CGROUP_KINDS; i++)
		if (e->groups.dir[i] == fd || e->groups.parent[i] == fd)
			return true;
	return fd == e->alive || fd == e->box;
}

/* A descriptor held here would keep a reader of the sandbox's output waiting. */
static void close_others(const struct estate *e)
{
	int from = 0;

	for (int fd = 0; fd < 1024; fd++) {
		if (!is_needed(e, fd))
			continue;
		if (fd > from)
			close_range((unsigned int)from, (unsigned int)fd - 1, 0);
		from = fd + 1;
	}
	close_range((unsigned int)from, UINT_MAX, 0);
}

/* Returns when the supervisor is gone; the sandbox's pid 1, where it told of one, in @ret_init. */
static void wait_for_end(int alive, int *ret_init)
{
	pid_t pid;
	ssize_t n;

	do {
		n = read(alive, &pid, sizeof(pid));
		if (n == (ssize_t)sizeof(pid) && *ret_init < 0)
			*ret_init = pidfd_open(pid, 0);
	} while (n > 0 || (n < 0 && errno == EINTR));
}

static void watch(struct estate *e) __attribute__((noreturn));

static void watch(struct estate *e)
{
	struct pollfd init = { .fd = -1, .events = POLLIN };
	struct placeholders places = { 0 };
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	close_others(e);
	wait_for_end(e->alive, &init.fd);
	/* The sandbox dies with its supervisor; until it has, the placeholders hold something. */
	if (e->box >= 0)
		placeholders_reload(e->box, &places);
	if (init.fd >= 0 && places.n > 0)
		(void)poll(&init, 1, DEATH_MS);
	cgroup_remove(&e->groups);
	placeholders_release(&places);
	_exit(0);
}

int guard_start(struct guard *g, const struct cgroup *groups, int box)
{
	bool is_any = box >= 0;
	int ends[2];

	for (int i = 0; i < CGROUP_KINDS; i++)
		is_any = is_any || groups->dir[i] >= 0;
	if (!is_any)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	g->pid = fork();
	if (g->pid == 0) {
		struct estate e = { .groups = *groups, .box = box, .alive = ends[0] };

		close(ends[1]);
		watch(&e);
	}
	close(ends[0]);
	g->alive = ends[1];
	return g->pid < 0 ? -errno : 0;
}

int guard_tell(const struct guard *g, pid_t init)
{
	return g->alive < 0 ? 0 : fd_write_full(g->alive, &init, sizeof(init));
}

void guard_end(struct guard *g)
{
	g->alive = fd_close(g->alive);
	if (g->pid > 0)
		while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	g->pid = -1;
}
