/* SPDX-License-Identifier: Apache-2.0 */
/* What the stage and the supervisor say to each other, one message a packet. */
#ifndef PLAN_MESSAGE_H
#define PLAN_MESSAGE_H

#include <stdint.h>

#include "base/err.h"

/* The descriptor that the stage is given beside 0, 1 and 2, which become the payload's. */
#define STAGE_FD_CONTROL 3

#define MESSAGE_BYTES_MAX 65536

/* From the stage. */
enum message_kind {
	MESSAGE_PID = 1, /* @value: pid of the sandbox, as the supervisor sees it */
	MESSAGE_FAIL,	 /* @op, @err: the start ends here */
	MESSAGE_NOTE,	 /* @op, @err: done, but in a lesser way that weakens no wall */
	MESSAGE_SOCKET,	 /* one fd: a socket for the proxy; @value: enum egress_listener */
	MESSAGE_READY,	 /* every wall is up; fds as @value says; waits for MESSAGE_GO */
	MESSAGE_EXEC,	 /* @value: errno of execve; the command did not start */
	MESSAGE_STOPPED, /* @value: the signal that stopped the command */
	MESSAGE_EXIT,	 /* @value: wait status of the command */
	/* From the supervisor. Root gives the plan first; others the namespaces, which take
	   longest. */
	MESSAGE_SPACES, /* @value: CLONE_NEW* flags; fds: files to write "0" to, to enter cgroups */
	MESSAGE_PLAN,	/* one fd: the plan, sealed */
	MESSAGE_GO,
	MESSAGE_WANT,	/* @value: how many TCP sockets of each family are to be handed over */
	MESSAGE_SIGNAL, /* @value: number, for the command's process group */
	MESSAGE_KILL,	/* SIGKILL to everything inside */
	MESSAGE_KIND_END
};

/* Which fds come with MESSAGE_READY, in this order. */
#define READY_PTY 0x1
#define READY_NOTIFY 0x2
#define READY_WATCH 0x4 /* NETNS_WATCH_FDS or fewer */

/*
 * struct message - every message has this shape.
 * @op: index of the plan's operation, UINT32_MAX for none
 */
struct message {
	uint32_t kind;
	uint32_t op;
	int32_t value;
	struct err err;
};

#endif
