/* SPDX-License-Identifier: Apache-2.0 */
/* Sends long output through the user's pager. */
#include "cmd/review_pager.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/fd.h"

static void pager_child(int in)
{
	const char *pager = getenv("PAGER");

	if (dup2(in, STDIN_FILENO) < 0)
		_exit(127);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)setenv("LESS", "FRX", 0);
	if (pager && *pager)
		execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
	else
		execlp("less", "less", "-R", (char *)NULL);
	execlp("cat", "cat", (char *)NULL);
	_exit(127);
}

void pager_start(struct pager *p)
{
	int pipe_fd[2];
	pid_t pid;

	if (!isatty(STDOUT_FILENO) || pipe2(pipe_fd, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0)
		pager_child(pipe_fd[0]);
	close(pipe_fd[0]);
	if (pid < 0) {
		close(pipe_fd[1]);
		return;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	p->fd = pipe_fd[1];
	p->pid = pid;
}

void pager_done(struct pager *p)
{
	if (p->pid < 0)
		return;
	fd_close(p->fd);
	(void)waitpid(p->pid, NULL, 0);
}
