/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes of a sandbox use, seen from outside. */
#include "linux/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"

#define PIDS_MAX 16384u
#define TEXT_MAX 65536

static ssize_t read_text(const char *path, char *text, size_t n)
{
	AUTO_CLOSE int fd = -EBADF;
	ssize_t r;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	r = fd < 0 ? -1 : fd_read_full(fd, text, n - 1);
	text[r < 0 ? 0 : r] = '\0';
	return r;
}

/* The number at *p, which moves behind it; 0 when there is none. */
static uint64_t number(const char **p)
{
	uint64_t v = 0;

	while (**p == ' ')
		(*p)++;
	for (; **p >= '0' && **p <= '9'; (*p)++)
		v = v * 10 + (uint64_t)(**p - '0');
	return v;
}

static void usage_add(pid_t pid, struct proc_usage *u)
{
	char path[48];
	char text[256];
	const char *p = text;
	uint64_t resident;
	uint64_t shared;

	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	if (read_text(path, text, sizeof(text)) <= 0)
		return;
	number(&p);
	resident = number(&p);
	shared = number(&p);
	u->memory_bytes +=
		(resident > shared ? resident - shared : 0) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The children of one thread: each has a list of its own. */
static size_t children_add(pid_t pid, const char *thread, pid_t *pids, size_t n, char *text)
{
	char path[64];
	const char *p = text;

	snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children", pid, thread);
	if (read_text(path, text, TEXT_MAX) <= 0)
		return n;
	while (n < PIDS_MAX) {
		pid_t child = (pid_t)number(&p);

		if (child == 0)
			break;
		pids[n++] = child;
	}
	return n;
}

static size_t threads_add(pid_t pid, pid_t *pids, size_t n, char *text, struct proc_usage *u)
{
	char path[48];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (dir == NULL)
		return n;
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		if (entry->d_name[0] == '.')
			continue;
		u->tasks++;
		n = children_add(pid, entry->d_name, pids, n, text);
	}
	closedir(dir);
	return n;
}

void proc_usage(pid_t root, struct proc_usage *ret)
{
	AUTO_FREE pid_t *pids = calloc(PIDS_MAX, sizeof(*pids));
	AUTO_FREE char *text = malloc(TEXT_MAX);
	size_t n = 1;

	*ret = (struct proc_usage){ 0 };
	if (pids == NULL || text == NULL || root <= 0)
		return;
	pids[0] = root;
	for (size_t i = 0; i < n; i++) {
		usage_add(pids[i], ret);
		n = threads_add(pids[i], pids, n, text, ret);
	}
}
