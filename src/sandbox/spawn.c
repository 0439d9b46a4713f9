/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the stage: its standard streams, a control socket, and nothing else. */
#include "sandbox/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "linux/channel.h"
#include "plan/message.h"

#define STAGE_NAME "tiercel-stage"
#define STAGE_FDS (STAGE_FD_CONTROL + 1)
#define FD_CLEAR 16 /* above every number that the stage's own descriptors get */
#define RUN_FAILED 125

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

int spawn_find(const char *name, char *path, struct err *e)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - NAME_MAX - 1);
	char *slash;

	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		memcpy(slash + 1, name, strlen(name) + 1);
		if (access(path, X_OK) == 0)
			return 0;
	}
	snprintf(path, PATH_MAX, "%s/%s", TIERCEL_LIBEXEC, name);
	if (access(path, X_OK) == 0)
		return 0;
	return err_set(e, -ENOENT, "%s is neither beside tiercel nor in %s; run make install", name,
		       TIERCEL_LIBEXEC);
}

/* Above every number that the child's own descriptors get, so that none is overwritten early. */
static int copies_make(const int *fds, int *ret_copies, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ret_copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FD_CLEAR);
		/* The limit of open files is below where a copy would go. */
		if (ret_copies[i] < 0)
			return errno == EINVAL ? -EMFILE : -errno;
	}
	return 0;
}

/* Shares memory with the parent, which waits; handlers of the parent cannot run: all is blocked. */
static void child(const char *path, const int *copies, const sigset_t *none,
		  volatile int *ret_error)
{
	char name[] = STAGE_NAME;
	char *argv[] = { name, NULL };
	char *env[] = { NULL };

	for (int i = 0; i < STAGE_FDS; i++) {
		if (dup2(copies[i], i) < 0) {
			*ret_error = -errno;
			_exit(RUN_FAILED);
		}
	}
	sigprocmask(SIG_SETMASK, none, NULL);
	execve(path, argv, env);
	*ret_error = -errno;
	_exit(RUN_FAILED);
}

static pid_t start(const char *path, const int *copies)
{
	volatile int error = 0;
	sigset_t all;
	sigset_t none;
	sigset_t before;
	pid_t pid;

	sigfillset(&all);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = vfork();
	if (pid == 0)
		child(path, copies, &none, &error);
	if (pid < 0)
		error = -errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid > 0 && error < 0)
		waitpid(pid, NULL, 0);
	return error < 0 ? error : pid;
}

pid_t spawn_stage(const int stdio[3], int *ret_control, struct err *e)
{
	AUTO_CLOSE int ours = -EBADF;
	AUTO_CLOSE int theirs = -EBADF;
	int copies[STAGE_FDS] = { -1, -1, -1, -1 };
	char path[PATH_MAX];
	int ends[2];
	pid_t pid;
	int r = spawn_find(STAGE_NAME, path, e);

	if (r < 0)
		return r;
	r = channel_pair(ends);
	if (r < 0)
		return err_sys(e, r, "cannot make the control socket");
	ours = ends[0];
	theirs = ends[1];
	r = copies_make((int[]){ stdio[0], stdio[1], stdio[2], theirs }, copies, STAGE_FDS);
	pid = r < 0 ? r : start(path, copies);
	for (int i = 0; i < STAGE_FDS; i++)
		fd_close(copies[i]);
	if (pid < 0)
		return err_sys(e, pid, "cannot start %s", path);
	*ret_control = fd_take(&ours);
	return pid;
}

static int order(int control, const struct message *m, const int *fds, size_t n, struct err *e)
{
	int r = channel_send(control, m, sizeof(*m), fds, n);

	return r < 0 && r != -EPIPE && r != -ECONNRESET ? err_sys(e, r, "cannot tell the stage")
							: 0;
}

int spawn_spaces(int control, uint64_t flags, const int *groups, size_t groups_n, struct err *e)
{
	struct message m = { .kind = MESSAGE_SPACES, .op = UINT32_MAX, .value = (int)flags };

	return order(control, &m, groups, groups_n, e);
}

int spawn_plan(int control, const struct buf *plan, struct err *e)
{
	struct message m = { .kind = MESSAGE_PLAN, .op = UINT32_MAX };
	AUTO_CLOSE int fd = -EBADF;

	fd = plan_seal(plan, e);
	return fd < 0 ? fd : order(control, &m, &fd, 1, e);
}
