/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a network namespace: loopback, local routes, and a view of what tries to leave. */
/* #syscalls socket ioctl setsockopt close */
#include "linux/netns.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "linux/netlink.h"

#define LOOPBACK_INDEX 1 /* the first interface of every network namespace */
#define SEEN_MAX 300	 /* enough of a packet for its addresses, ports and a DNS question */

struct route_request {
	struct nlmsghdr head;
	struct rtmsg route;
	struct rtattr oif;
	uint32_t index;
};

static int link_up(void)
{
	AUTO_CLOSE int fd = -EBADF;
	struct ifreq req = { .ifr_name = "lo" };

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	req.ifr_flags = IFF_UP | IFF_RUNNING;
	return ioctl(fd, SIOCSIFFLAGS, &req) < 0 ? -errno : 0;
}

static int route_local(int fd, unsigned char family)
{
	struct route_request req = {
		.head = { .nlmsg_len = sizeof(req),
			  .nlmsg_type = RTM_NEWROUTE,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK },
		.route = { .rtm_family = family,
			   .rtm_table = RT_TABLE_LOCAL,
			   .rtm_protocol = RTPROT_BOOT,
			   .rtm_scope = family == AF_INET ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
			   .rtm_type = RTN_LOCAL },
		.oif = { .rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = RTA_OIF },
		.index = LOOPBACK_INDEX,
	};

	return netlink_request(fd, &req, sizeof(req));
}

int netns_loopback(void)
{
	AUTO_CLOSE int fd = -EBADF;
	int r = link_up();

	if (r < 0)
		return r;
	fd = netlink_open(NETLINK_ROUTE);
	if (fd < 0)
		return fd;
	r = route_local(fd, AF_INET);
	if (r < 0)
		return r;
	r = route_local(fd, AF_INET6);
	/* A kernel without IPv6 has no addresses of it to refuse. */
	return r == -EAFNOSUPPORT || r == -EOPNOTSUPP ? 0 : r;
}

/* IPv4: the header is there; passes what is not for 127/8, and of TCP only the first packet. */
static const struct sock_filter tcp4[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 16),	   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 127, 5, 0),
	BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),	   BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SEEN_MAX),	   BPF_STMT(BPF_RET | BPF_K, 0),
};
static const struct sock_filter udp4[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 16),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 127, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SEEN_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
/* IPv6: the transport header comes first; the address lies in the network header before it. */
static const struct sock_filter tcp6[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x12),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x02, 0, 4),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_NET_OFF + 24),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),
	BPF_STMT(BPF_RET | BPF_K, SEEN_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
static const struct sock_filter udp6[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)SKF_NET_OFF + 24),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SEEN_MAX),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

struct watch {
	int family;
	int protocol;
	const struct sock_filter *filter;
	unsigned short len;
};

static const struct watch watches[NETNS_WATCH_FDS] = {
	{ AF_INET, IPPROTO_TCP, tcp4, ARRAY_LEN(tcp4) },
	{ AF_INET, IPPROTO_UDP, udp4, ARRAY_LEN(udp4) },
	{ AF_INET6, IPPROTO_TCP, tcp6, ARRAY_LEN(tcp6) },
	{ AF_INET6, IPPROTO_UDP, udp6, ARRAY_LEN(udp6) },
};

static int watch_one(const struct watch *w)
{
	AUTO_CLOSE int fd = -EBADF;
	struct sock_fprog prog = { .len = w->len };
	int on = 1;

	/* The kernel only reads the filter; its interface lacks the const. */
	memcpy(&prog.filter, &w->filter, sizeof(prog.filter));
	fd = socket(w->family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, w->protocol);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) < 0)
		return -errno;
	if (w->family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0)
		return -errno;
	return fd_take(&fd);
}

int netns_watch(int ret_fds[NETNS_WATCH_FDS])
{
	for (int i = 0; i < NETNS_WATCH_FDS; i++) {
		ret_fds[i] = watch_one(&watches[i]);
		if (ret_fds[i] >= 0 || ret_fds[i] == -EAFNOSUPPORT)
			continue;
		for (int k = 0; k < i; k++)
			ret_fds[k] = fd_close(ret_fds[k]);
		return ret_fds[i];
	}
	return 0;
}
