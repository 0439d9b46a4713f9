/* SPDX-License-Identifier: Apache-2.0 */
/* Ports of the host that lead into a sandbox. */
#include "sandbox/publish.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/host.h"

#define BACKLOG 4096
#define OUTSIDE_MAX 80 /* an address in brackets and a port */

/* What stands before the port inside, with the default address written out; returns that port. */
static const char *split(const char *entry, char ret_outside[OUTSIDE_MAX])
{
	const char *inside = strrchr(entry, ':');
	int n = (int)(inside != NULL ? inside - entry : 0);
	bool has_address = memchr(entry, ':', (size_t)n) != NULL;

	snprintf(ret_outside, OUTSIDE_MAX, "%s%.*s", has_address ? "" : "127.0.0.1:", n, entry);
	return inside != NULL ? inside + 1 : "";
}

void publish_config(const char *entry, struct buf *out)
{
	char outside[OUTSIDE_MAX];
	const char *inside = split(entry, outside);

	buf_printf(out, "publish %s %s\n", outside, inside);
}

static socklen_t sockaddr_of(const struct addr *a, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

	*ret = (struct sockaddr_storage){ .ss_family = a->family == 4 ? AF_INET : AF_INET6 };
	if (a->family == 4) {
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, a->bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, a->bytes, 16);
	return sizeof(*v6);
}

static int listen_on(const struct sockaddr_storage *at, socklen_t n)
{
	AUTO_CLOSE int fd = -EBADF;
	int on = 1;

	fd = socket(at->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (at->ss_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)at, n) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return fd_take(&fd);
}

int publish_listen(const char *entry, struct err *e)
{
	char outside[OUTSIDE_MAX];
	struct sockaddr_storage at;
	struct host host;
	uint16_t port = 0;
	socklen_t n;
	int fd;

	split(entry, outside);
	if (host_port_parse(outside, strlen(outside), &host, &port) < 0 || !host.is_address ||
	    port == 0)
		return err_set(e, -EINVAL, "network.publish: \"%s\" is no [ADDRESS:]PORT:PORT",
			       entry);
	n = sockaddr_of(&host.addr, port, &at);
	fd = listen_on(&at, n);
	return fd < 0 ? err_sys(e, fd, "network.publish: cannot listen on %s", outside) : fd;
}
