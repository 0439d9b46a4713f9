/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes of a sandbox use, seen from outside. */
#include "linux/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

struct visit {
	void (*see)(pid_t pid, pid_t tid, void *arg);
	void *arg;
	pid_t *pids;
	size_t n;
	uint64_t tasks;
	char *text;
};

static void threads_visit(struct visit *v, pid_t pid)
{
	char path[48];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (dir == NULL)
		return;
	for (entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		const char *name = entry->d_name;

		if (name[0] == '.')
			continue;
		v->tasks++;
		v->n = children_add(pid, entry->d_name, v->pids, v->n, v->text);
		v->see(pid, (pid_t)number(&name), v->arg);
	}
	closedir(dir);
}

uint64_t proc_each(pid_t root, void (*see)(pid_t pid, pid_t tid, void *arg), void *arg)
{
	AUTO_FREE pid_t *pids = calloc(PIDS_MAX, sizeof(*pids));
	AUTO_FREE char *text = malloc(TEXT_MAX);
	struct visit v = { see, arg, pids, 1, 0, text };

	if (pids == NULL || text == NULL || root <= 0)
		return 0;
	pids[0] = root;
	for (size_t i = 0; i < v.n; i++)
		threads_visit(&v, pids[i]);
	return v.tasks;
}

static void usage_add(pid_t pid, pid_t tid, void *arg)
{
	struct proc_usage *u = arg;
	char path[48];
	char text[256];
	const char *p = text;
	uint64_t resident;
	uint64_t shared;

	if (pid != tid)
		return;
	snprintf(path, sizeof(path), "/proc/%d/statm", pid);
	if (read_text(path, text, sizeof(text)) <= 0)
		return;
	number(&p);
	resident = number(&p);
	shared = number(&p);
	u->memory_bytes +=
		(resident > shared ? resident - shared : 0) * (uint64_t)sysconf(_SC_PAGESIZE);
}

void proc_usage(pid_t root, struct proc_usage *ret)
{
	*ret = (struct proc_usage){ 0 };
	ret->tasks = proc_each(root, usage_add, ret);
}

pid_t proc_process_of(pid_t tid)
{
	static const char label[] = "\nTgid:";
	char path[48];
	char text[1024];
	const char *p;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (read_text(path, text, sizeof(text)) <= 0)
		return 0;
	p = strstr(text, label);
	if (p == NULL)
		return 0;
	p += sizeof(label) - 1;
	p += strspn(p, "\t");
	return (pid_t)number(&p);
}
