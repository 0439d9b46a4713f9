/* SPDX-License-Identifier: Apache-2.0 */
/* Whole messages with descriptors over a SOCK_SEQPACKET socket. */
/* #syscalls socketpair sendmsg recvmsg close */
#include "linux/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"

union control {
	char bytes[CMSG_SPACE(CHANNEL_FDS_MAX * sizeof(int))];
	struct cmsghdr align;
};

int channel_pair(int ret_ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_ends) < 0 ? -errno : 0;
}

int channel_send(int end, const void *p, size_t n, const int *fds, size_t fds_n)
{
	struct iovec part = { .iov_len = n };
	union control control = { 0 };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t r;

	/* sendmsg only reads; its interface lacks the const. */
	memcpy(&part.iov_base, &p, sizeof(p));
	if (fds_n > CHANNEL_FDS_MAX)
		return -EINVAL;
	if (fds_n > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = (socklen_t)CMSG_SPACE(fds_n * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = (socklen_t)CMSG_LEN(fds_n * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, fds_n * sizeof(int));
	}
	do {
		r = sendmsg(end, &msg, MSG_NOSIGNAL);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

static size_t fds_taken(struct msghdr *msg, int *ret_fds)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	size_t n;

	if (c == NULL || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(ret_fds, CMSG_DATA(c), n * sizeof(int));
	return n;
}

ssize_t channel_receive(int end, void *p, size_t n, int *ret_fds, size_t *ret_fds_n)
{
	struct iovec part = { .iov_base = p, .iov_len = n };
	union control control = { 0 };
	struct msghdr msg = { .msg_iov = &part,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	ssize_t r;

	do {
		r = recvmsg(end, &msg, MSG_CMSG_CLOEXEC);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	*ret_fds_n = fds_taken(&msg, ret_fds);
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		for (size_t i = 0; i < *ret_fds_n; i++)
			fd_close(ret_fds[i]);
		*ret_fds_n = 0;
		return -EMSGSIZE;
	}
	return r;
}
