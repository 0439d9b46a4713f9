/* SPDX-License-Identifier: Apache-2.0 */
/* The command of a sandbox: found in its PATH, started in a process group of its own. */
/* #syscalls vfork execve access setpgid ioctl rt_sigprocmask mmap */
#include "stage/command.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "stage/stage.h"

#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"

/* Pointers to counted strings that lie one after another. */
static char **pointers(const char *strings, uint64_t count)
{
	char **v = calloc(count + 1, sizeof(*v));

	for (uint64_t i = 0; v != NULL && i < count; i++) {
		/* execve only reads; its interface lacks the const. */
		memcpy(&v[i], &strings, sizeof(strings));
		strings += strlen(strings) + 1;
	}
	return v;
}

static const char *search_path(char *const *env)
{
	for (; *env != NULL; env++)
		if (strncmp(*env, "PATH=", 5) == 0)
			return *env + 5;
	return PATH_DEFAULT;
}

/* Tries each directory of the path, as execvp(3) does; returns the most telling error. */
static int exec_search(char *const *argv, char *const *env)
{
	const char *dirs = search_path(env);
	int result = -ENOENT;
	char file[PATH_MAX];

	if (strchr(argv[0], '/') != NULL) {
		execve(argv[0], argv, env);
		return -errno;
	}
	while (*dirs != '\0') {
		int n = (int)strcspn(dirs, ":");

		if (n > 0 &&
		    snprintf(file, sizeof(file), "%.*s/%s", n, dirs, argv[0]) < (int)sizeof(file)) {
			/* A look is a tenth of the price of an execve that fails. */
			if (access(file, F_OK) == 0)
				execve(file, argv, env);
			if (errno != ENOENT && errno != ENOTDIR)
				result = -errno;
		}
		dirs += n + (dirs[n] == ':');
	}
	return result;
}

void command_foreground(pid_t group)
{
	/* Fails where there is no terminal, and nothing is wrong then. */
	(void)tcsetpgrp(0, group);
}

/* Shares memory with the parent, which waits: @ret_error is how the parent learns of a failure. */
static void child(char *const *argv, char *const *env, volatile int *ret_error)
{
	sigset_t none;

	setpgid(0, 0);
	command_foreground(getpid());
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		*ret_error = -errno;
	else
		*ret_error = exec_search(argv, env);
	_exit(127);
}

int command_start(struct stage *s)
{
	AUTO_FREE char **argv = pointers(plan_b(s->plan, s->exec), s->exec->n[0]);
	AUTO_FREE char **env = pointers(plan_b(s->plan, s->env), s->env->n[0]);
	volatile int error = 0;
	pid_t pid;

	if (argv == NULL || env == NULL)
		return -ENOMEM;
	pid = vfork();
	if (pid == 0)
		child(argv, env, &error);
	if (pid < 0)
		return -errno;
	s->command = pid;
	return error;
}
