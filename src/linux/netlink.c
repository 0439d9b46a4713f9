/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the kernel over netlink, one answer each. */
/* #syscalls socket sendto recvfrom */
#include "linux/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>

int netlink_open(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : fd;
}

int netlink_request(int fd, const void *p, size_t n)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char rest[256];
	} reply;
	ssize_t len;

	if (send(fd, p, n, 0) < 0)
		return -errno;
	len = recv(fd, &reply, sizeof(reply), 0);
	if (len < 0)
		return -errno;
	if ((size_t)len < sizeof(reply.head) + sizeof(int) || reply.head.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	/* 0 is the kernel's word for success. */
	return reply.err.error;
}
