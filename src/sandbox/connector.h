/* SPDX-License-Identifier: Apache-2.0 */
/* Connections made on behalf of the sandbox, so that no unix socket of the host is among them. */
#ifndef SANDBOX_CONNECTOR_H
#define SANDBOX_CONNECTOR_H

#include <stdbool.h>
#include <sys/types.h>

struct connector_word;
struct events_log;
struct seccomp_notif;
struct tier_facts;

#define CONNECTOR_WORKERS 64

/*
 * struct connector - zero-initialise it.
 * @worker: processes that are connecting, each for one call
 * @word:   what each of them refused, in memory shared with it
 */
struct connector {
	pid_t worker[CONNECTOR_WORKERS];
	struct connector_word *word;
};

/* What a worker has to know. */
struct connector_task {
	int listener;			  /* of seccomp (borrowed) */
	pid_t init;			  /* pid 1 of the sandbox, not reaped yet */
	const struct tier_facts *facts;	  /* which of the sandbox's trees are its own (borrowed) */
	const struct seccomp_notif *call; /* a connect(2) that waits (borrowed) */
};

/* Whether another worker may be started; a caller of connect(2) waits where none may. */
bool connector_has_room(const struct connector *c);

/*
 * connector_start - have a waiting connect(2) done by a process of its own.
 *
 * A bind mount does not keep anybody from connecting to a socket below it, read-only or not. So the
 * worker copies the address once, finds the socket that it names inside, and connects the caller's
 * descriptor to exactly that one if the sandbox can have made it; else the caller gets EACCES.
 * The caller of connect(2) may block: so may the worker, never the supervisor.
 *
 * Returns 0, the worker answers; negative errno that is the caller's answer. Source:
 * seccomp_unotify(2), pidfd_getfd(2).
 */
int connector_start(struct connector *c, const struct connector_task *task);

/*
 * connector_reap - collect workers that have ended, and note what they refused.
 * @listener: of seccomp (borrowed); answers for who was killed
 */
void connector_reap(struct connector *c, int listener, struct events_log *log);

/* connector_end - end all workers. */
void connector_end(struct connector *c, struct events_log *log);

#endif
