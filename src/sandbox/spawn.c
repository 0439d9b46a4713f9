/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the stage: a sealed plan, a control socket, and nothing else. */
#include "sandbox/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "linux/channel.h"
#include "plan/message.h"

#define STAGE_NAME "tiercel-stage"
#define FD_CLEAR 64 /* above every number that the stage's own descriptors get */

static int plan_seal(const struct buf *plan, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	int r;

	fd = memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_sys(e, -errno, "cannot make the plan");
	r = fd_write_full(fd, plan->p, plan->n);
	if (r == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		r = -errno;
	return r < 0 ? err_sys(e, r, "cannot seal the plan") : fd_take(&fd);
}

/* Beside the running program, or where it was installed. */
static int stage_path(char path[PATH_MAX], struct err *e)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof(STAGE_NAME) - 1);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		memcpy(slash + 1, STAGE_NAME, sizeof(STAGE_NAME));
		if (access(path, X_OK) == 0)
			return 0;
	}
	snprintf(path, PATH_MAX, "%s/%s", TIERCEL_LIBEXEC, STAGE_NAME);
	if (access(path, X_OK) == 0)
		return 0;
	return err_set(e, -ENOENT, "%s is neither beside tiercel nor in %s; run make install",
		       STAGE_NAME, TIERCEL_LIBEXEC);
}

/* A copy out of the way, so that no descriptor is overwritten before it is used. */
static int add_fd(posix_spawn_file_actions_t *actions, int fd, int number, int *ret_copy)
{
	*ret_copy = fcntl(fd, F_DUPFD_CLOEXEC, FD_CLEAR);
	/* The limit of open files is below where a copy would go. */
	if (*ret_copy < 0)
		return errno == EINVAL ? -EMFILE : -errno;
	return -posix_spawn_file_actions_adddup2(actions, *ret_copy, number);
}

static int add_fds(posix_spawn_file_actions_t *actions, const struct spawn *s, int plan,
		   int control, int *copies)
{
	int r = 0;
	int n = 0;

	for (int i = 0; i < 3 && r == 0; i++)
		r = add_fd(actions, s->stdio[i], i, &copies[n++]);
	if (r == 0)
		r = add_fd(actions, plan, STAGE_FD_PLAN, &copies[n++]);
	if (r == 0)
		r = add_fd(actions, control, STAGE_FD_CONTROL, &copies[n++]);
	for (size_t i = 0; i < s->cgroup_n && r == 0; i++)
		r = add_fd(actions, s->cgroup[i], STAGE_FD_FIRST + (int)i, &copies[n++]);
	return r;
}

static int start(const struct spawn *s, int plan, int control, pid_t *ret_pid, struct err *e)
{
	char path[PATH_MAX];
	char name[] = STAGE_NAME;
	char *argv[] = { name, NULL };
	char *env[] = { NULL };
	int copies[5 + SPAWN_FDS_MAX];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int r = stage_path(path, e);

	if (r < 0)
		return r;
	memset(copies, -1, sizeof(copies));
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	r = add_fds(&actions, s, plan, control, copies);
	if (r == 0)
		r = -posix_spawn(ret_pid, path, &actions, &attr, argv, env);
	for (size_t i = 0; i < ARRAY_LEN(copies); i++)
		fd_close(copies[i]);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return r < 0 ? err_sys(e, r, "cannot start %s", path) : 0;
}

pid_t spawn_stage(const struct spawn *s, int *ret_control, struct err *e)
{
	AUTO_CLOSE int plan = -EBADF;
	AUTO_CLOSE int ours = -EBADF;
	AUTO_CLOSE int theirs = -EBADF;
	int ends[2];
	pid_t pid = -1;
	int r;

	plan = plan_seal(s->plan, e);
	if (plan < 0)
		return plan;
	r = channel_pair(ends);
	if (r < 0)
		return err_sys(e, r, "cannot make the control socket");
	ours = ends[0];
	theirs = ends[1];
	r = start(s, plan, theirs, &pid, e);
	if (r < 0)
		return r;
	*ret_control = fd_take(&ours);
	return pid;
}
