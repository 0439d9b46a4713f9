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
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "sandbox/events.h"

#define REASON "refused by the system call filter; syscalls.allow in the policy names exceptions"

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

int refusal_read(int fd, struct events_log *log)
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
	char target[EVENT_TARGET_MAX];
	int r;

	memset(&in, 0, sizeof(in));
	memset(&out, 0, sizeof(out));
	/* The caller may be gone before it is heard, and before it is answered. */
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &in.call) < 0)
		return errno == ENOENT || errno == EINTR ? 0 : -errno;
	describe(&in.call, target, sizeof(target));
	events_add(log, "syscall", target, REASON);
	out.answer.id = in.call.id;
	out.answer.error = answer_to(in.call.data.nr);
	do {
		r = ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &out.answer);
	} while (r < 0 && errno == EINTR);
	return r < 0 && errno != ENOENT ? -errno : 0;
}
