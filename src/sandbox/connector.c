/* SPDX-License-Identifier: Apache-2.0 */
/* Connections made on behalf of the sandbox, so that no unix socket of the host is among them. */
#include "sandbox/connector.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "sandbox/connection.h"
#include "sandbox/events.h"
#include "tier/facts.h"

#define REASON "a socket of the host that network.unix does not name, whatever shows of its files"
#define WORDS_BYTES (CONNECTOR_WORKERS * sizeof(struct connector_word))

struct connector_word {
	uint64_t call; /* the identity of the call, until it is answered */
	char path[CONNECTION_PATH_MAX];
};

static void answer(int listener, uint64_t call, int r)
{
	union {
		struct seccomp_notif_resp resp;
		char room[128]; /* later kernels may have larger ones */
	} out;

	memset(&out, 0, sizeof(out));
	out.resp.id = call;
	out.resp.error = r;
	while (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &out.resp) < 0 && errno == EINTR)
		continue;
}

/* The worker: it has nothing of the supervisor's but the listener, and ends with it. */
static void work(const struct connector_task *task, struct connector_word *word, pid_t parent)
	__attribute__((noreturn));

static void work(const struct connector_task *task, struct connector_word *word, pid_t parent)
{
	int r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent ||
	    dup2(task->listener, CONNECTION_LISTENER) < 0 ||
	    close_range(CONNECTION_LISTENER + 1, ~0u, 0) < 0)
		_exit(1);
	r = connection_make(task, word->path);
	/* Nobody waits any more; there is nothing to answer. */
	if (r != CONNECTION_GONE)
		answer(CONNECTION_LISTENER, task->call->id, r);
	word->call = 0;
	_exit(0);
}

static int words_make(struct connector *c)
{
	void *p;

	if (c->word != NULL)
		return 0;
	p = mmap(NULL, WORDS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -errno;
	c->word = p;
	return 0;
}

bool connector_has_room(const struct connector *c)
{
	for (size_t i = 0; i < CONNECTOR_WORKERS; i++)
		if (c->worker[i] == 0)
			return true;
	return false;
}

int connector_start(struct connector *c, const struct connector_task *task)
{
	pid_t parent = getpid();
	size_t i = 0;
	pid_t pid;

	while (i < CONNECTOR_WORKERS && c->worker[i] != 0)
		i++;
	if (i == CONNECTOR_WORKERS || words_make(c) < 0)
		return -ECONNREFUSED;
	c->word[i] = (struct connector_word){ .call = task->call->id };
	pid = fork();
	if (pid < 0)
		return -ECONNREFUSED;
	if (pid == 0)
		work(task, &c->word[i], parent);
	c->worker[i] = pid;
	return 0;
}

/* A worker that was killed leaves its caller waiting. */
static void settle(struct connector_word *w, int listener, struct events_log *log)
{
	if (w->call != 0)
		answer(listener, w->call, -ECONNREFUSED);
	if (w->path[0] != '\0')
		events_add(log, "net.unix", w->path, REASON);
}

static void collect(struct connector *c, int listener, struct events_log *log, int flags)
{
	for (size_t i = 0; i < CONNECTOR_WORKERS; i++) {
		pid_t r;

		if (c->worker[i] == 0)
			continue;
		do {
			r = waitpid(c->worker[i], NULL, flags);
		} while (r < 0 && errno == EINTR);
		if (r == 0)
			continue;
		c->worker[i] = 0;
		settle(&c->word[i], listener, log);
	}
}

void connector_reap(struct connector *c, int listener, struct events_log *log)
{
	collect(c, listener, log, WNOHANG);
}

void connector_end(struct connector *c, struct events_log *log)
{
	for (size_t i = 0; i < CONNECTOR_WORKERS; i++)
		if (c->worker[i] != 0)
			kill(c->worker[i], SIGKILL);
	collect(c, -EBADF, log, 0);
	if (c->word != NULL)
		munmap(c->word, WORDS_BYTES);
	c->word = NULL;
}
