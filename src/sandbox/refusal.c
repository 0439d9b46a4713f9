/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that the filter refuses, answered and turned into events. */
#include "sandbox/refusal.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "sandbox/connector.h"
#include "sandbox/events.h"
#include "sandbox/supervise.h"

#define REASON "refused by the system call filter; syscalls.allow in the policy names exceptions"
#define REASON_DATAGRAM                                                                            \
	"datagrams could be sent to unix sockets of the host; stream and seqpacket sockets work"

/* The words for what was asked, from numbers alone: memory of the caller is never read. */
static void describe(const struct seccomp_notif *call, char *ret, size_t n)
{
	AUTO_FREE char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call->data.nr);

	if (call->data.nr == SYS_socket)
		snprintf(ret, n, "socket(family %u, type %u, protocol %u)",
			 (unsigned int)call->data.args[0], (unsigned int)call->data.args[1] & 0xf,
			 (unsigned int)call->data.args[2]);
	else
		snprintf(ret, n, "%s", name != NULL ? name : "unknown");
}

/* What the filter itself would answer if there were no listener. */
static int answer_to(int nr)
{
	return nr == SYS_socket || nr == SYS_socketpair ? -EAFNOSUPPORT : -EPERM;
}

/* A datagram names its receiver with each message, where no filter can see it. */
static const char *reason_of(const struct seccomp_notif *call)
{
	bool is_pair = call->data.nr == SYS_socketpair;

	if ((is_pair || call->data.nr == SYS_socket) && call->data.args[0] == AF_UNIX)
		return REASON_DATAGRAM;
	return REASON;
}

/* Returns what the caller gets, or 1 when another answers. */
static int handle(struct supervisor *s, const struct seccomp_notif *call)
{
	const struct connector_task task = { s->notify, s->init, s->facts, call };
	char target[EVENT_TARGET_MAX];
	int r;

	if (call->data.nr == SYS_connect) {
		r = connector_start(&s->connector, &task);
		return r < 0 ? r : 1;
	}
	describe(call, target, sizeof(target));
	events_add(s->log, "syscall", target, reason_of(call));
	return answer_to(call->data.nr);
}

int refusal_read(struct supervisor *s)
{
	/* Kernels may have larger ones than their headers of 2022; room to spare. */
	union {
		struct seccomp_notif call;
		char room[512];
	} in;
	union {
		struct seccomp_notif_resp answer;
		char room[128];
	} out;
	int r;

	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	/* The caller may be gone before it is heard, and before it is answered. */
	if (ioctl(s->notify, SECCOMP_IOCTL_NOTIF_RECV, &in.call) < 0)
		return errno == ENOENT || errno == EINTR ? 0 : -errno;
	r = handle(s, &in.call);
	if (r > 0)
		return 0;
	out.answer.id = in.call.id;
	out.answer.error = r;
	do {
		r = ioctl(s->notify, SECCOMP_IOCTL_NOTIF_SEND, &out.answer);
	} while (r < 0 && errno == EINTR);
	return r < 0 && errno != ENOENT ? -errno : 0;
}
