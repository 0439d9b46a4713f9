/* SPDX-License-Identifier: Apache-2.0 */
/* A process that cleans up after a supervisor that was killed. */
#include "sandbox/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/cgroup.h"

static bool is_needed(const struct cgroup *groups, int fd)
{
	for (int i = 0; i < CGROUP_KINDS; i++)
		if (groups->dir[i] == fd || groups->parent[i] == fd)
			return true;
	return false;
}

/* A descriptor held here would keep a reader of the sandbox's output waiting. */
static void close_others(const struct cgroup *groups, int alive)
{
	int from = 0;

	for (int fd = 0; fd < 1024; fd++) {
		if (fd != alive && !is_needed(groups, fd))
			continue;
		if (fd > from)
			close_range((unsigned int)from, (unsigned int)fd - 1, 0);
		from = fd + 1;
	}
	close_range((unsigned int)from, UINT_MAX, 0);
}

static void watch(const struct cgroup *groups, int alive) __attribute__((noreturn));

static void watch(const struct cgroup *groups, int alive)
{
	struct cgroup copy = *groups;
	sigset_t all;
	char byte;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	close_others(groups, alive);
	while (read(alive, &byte, 1) < 0 && errno == EINTR)
		continue;
	/* The sandbox dies with its supervisor; its groups are empty in a moment. */
	cgroup_remove(&copy);
	_exit(0);
}

int guard_start(struct guard *g, const struct cgroup *groups)
{
	int ends[2];
	bool is_any = false;

	for (int i = 0; i < CGROUP_KINDS; i++)
		is_any = is_any || groups->dir[i] >= 0;
	if (!is_any)
		return 0;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	g->pid = fork();
	if (g->pid == 0) {
		close(ends[1]);
		watch(groups, ends[0]);
	}
	close(ends[0]);
	g->alive = ends[1];
	return g->pid < 0 ? -errno : 0;
}

void guard_end(struct guard *g)
{
	g->alive = fd_close(g->alive);
	if (g->pid > 0)
		while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	g->pid = -1;
}
