/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets that stand for every address of a network namespace. */
/* #syscalls socket setsockopt bind listen close */
#include "linux/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"

#define BACKLOG 4096

static int finish(int fd, const void *addr, socklen_t n, bool is_stream)
{
	int on = 1;

	/* So that a sandbox that starts again finds no leftover of the one before. */
	if (is_stream && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, addr, n) < 0)
		return -errno;
	return is_stream && listen(fd, BACKLOG) < 0 ? -errno : 0;
}

static int open_v4(uint32_t address, uint16_t port, bool is_stream)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(address) };
	int type = is_stream ? SOCK_STREAM : SOCK_DGRAM;
	AUTO_CLOSE int fd = -EBADF;
	int on = 1;
	int r;

	fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (!is_stream && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		return -errno;
	r = finish(fd, &addr, sizeof(addr), is_stream);
	return r < 0 ? r : fd_take(&fd);
}

int listen_every(uint16_t port, bool is_stream)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int type = is_stream ? SOCK_STREAM : SOCK_DGRAM;
	AUTO_CLOSE int fd = -EBADF;
	int off = 0;
	int on = 1;
	int r;

	fd = socket(AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno == EAFNOSUPPORT ? open_v4(INADDR_ANY, port, is_stream) : -errno;
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
		return -errno;
	if (!is_stream && (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0 ||
			   setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0))
		return -errno;
	r = finish(fd, &addr, sizeof(addr), is_stream);
	return r < 0 ? r : fd_take(&fd);
}

int listen_loopback(uint16_t port)
{
	return open_v4(INADDR_LOOPBACK, port, true);
}
