/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command of the policy's author that prints a secret. */
#include "sandbox/secret_command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"

#define SHELL "/bin/sh"

static int start(const char *words, int out, pid_t *ret)
{
	char *const argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			       (char *)(uintptr_t)words, NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r != 0)
		return -r;
	r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn(ret, SHELL, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -r;
}

int secret_command(const char *words, struct buf *out)
{
	AUTO_CLOSE int read_end = -EBADF;
	AUTO_CLOSE int write_end = -EBADF;
	int ends[2];
	int status = 0;
	pid_t pid = 0;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = ends[0];
	write_end = ends[1];
	r = start(words, write_end, &pid);
	if (r < 0)
		return r;
	/* So that the command is the only one who writes, and sees it when nobody reads any more.
	 */
	fd_close(fd_take(&write_end));
	r = file_read_fd(read_end, out);
	fd_close(fd_take(&read_end));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		r = -EIO;
	return r;
}
