/* SPDX-License-Identifier: Apache-2.0 */
/* Acts on socket families: what a program has no business with, each a way into the kernel. */
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#define AF_KCM_ 41
#define AF_QIPCRTR_ 42
#define AF_SMC_ 43
#define AF_XDP_ 44

struct kind {
	const char *name;
	int domain;
	int type;
	int protocol;
};

/* Opens each; open as soon as one is, absent when the kernel knows none. */
static int sockets(const struct kind *kinds, size_t n)
{
	int best = V_ABSENT;

	for (size_t i = 0; i < n; i++) {
		int fd = socket(kinds[i].domain, kinds[i].type | SOCK_CLOEXEC, kinds[i].protocol);
		int v = judge(fd, kinds[i].name);

		if (v == V_OPEN)
			return v;
		best = v == V_HELD ? V_HELD : best;
	}
	return best;
}

#define SOCKETS(...)                                                                               \
	do {                                                                                       \
		static const struct kind kinds[] = { __VA_ARGS__ };                                \
		return sockets(kinds, sizeof(kinds) / sizeof(kinds[0]));                           \
	} while (0)

static int k07(void)
{
	/* Families that are modules nearly everywhere: the kernel would load one for the asking. */
	SOCKETS({ "AF_ATMPVC", AF_ATMPVC, SOCK_DGRAM, 0 },
		{ "AF_ROSE", AF_ROSE, SOCK_SEQPACKET, 0 },
		{ "AF_PHONET", AF_PHONET, SOCK_DGRAM, 0 });
}

static int k08(void)
{
	SOCKETS({ "AF_ALG", AF_ALG, SOCK_SEQPACKET, 0 });
}

static int k09(void)
{
	SOCKETS({ "AF_RXRPC", AF_RXRPC, SOCK_DGRAM, AF_INET }, { "AF_KEY", AF_KEY, SOCK_RAW, 2 },
		{ "NETLINK_XFRM", AF_NETLINK, SOCK_RAW, NETLINK_XFRM });
}

static int k10(void)
{
	SOCKETS({ "AF_PACKET", AF_PACKET, SOCK_RAW, 0 });
}

static int k11(void)
{
	SOCKETS({ "AF_VSOCK", AF_VSOCK, SOCK_STREAM, 0 });
}

static int k12(void)
{
	SOCKETS({ "SOCK_RAW icmp", AF_INET, SOCK_RAW, IPPROTO_ICMP },
		{ "SOCK_RAW raw", AF_INET, SOCK_RAW, IPPROTO_RAW });
}

static int k13(void)
{
	SOCKETS({ "NETLINK_NETFILTER", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER },
		{ "NETLINK_SOCK_DIAG", AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG },
		{ "NETLINK_KOBJECT_UEVENT", AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT },
		{ "NETLINK_AUDIT", AF_NETLINK, SOCK_RAW, NETLINK_AUDIT },
		{ "NETLINK_CONNECTOR", AF_NETLINK, SOCK_RAW, NETLINK_CONNECTOR },
		{ "NETLINK_GENERIC", AF_NETLINK, SOCK_RAW, NETLINK_GENERIC });
}

static int tables_open(void)
{
	SOCKETS({ "NETLINK_NETFILTER", AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER });
}

static int k14(void)
{
	return in_userns(tables_open, CLONE_NEWNET);
}

static int k15(void)
{
	SOCKETS({ "AF_XDP", AF_XDP_, SOCK_RAW, 0 });
}

static int k16(void)
{
	SOCKETS({ "AF_RDS", AF_RDS, SOCK_SEQPACKET, 0 }, { "AF_TIPC", AF_TIPC, SOCK_RDM, 0 },
		{ "AF_SMC", AF_SMC_, SOCK_STREAM, 0 }, { "AF_KCM", AF_KCM_, SOCK_DGRAM, 0 },
		{ "AF_QIPCRTR", AF_QIPCRTR_, SOCK_DGRAM, 0 }, { "AF_CAN", AF_CAN, SOCK_RAW, 1 },
		{ "AF_BLUETOOTH", AF_BLUETOOTH, SOCK_RAW, 1 },
		{ "AF_NFC", AF_NFC, SOCK_SEQPACKET, 0 }, { "AF_X25", AF_X25, SOCK_SEQPACKET, 0 },
		{ "AF_APPLETALK", AF_APPLETALK, SOCK_DGRAM, 0 },
		{ "AF_LLC", AF_LLC, SOCK_STREAM, 0 }, { "AF_PPPOX", AF_PPPOX, SOCK_STREAM, 0 },
		{ "SCTP", AF_INET, SOCK_STREAM, IPPROTO_SCTP },
		{ "DCCP", AF_INET, SOCK_DCCP, IPPROTO_DCCP });
}

static int k17(void)
{
	SOCKETS({ "MPTCP", AF_INET, SOCK_STREAM, IPPROTO_MPTCP });
}

/* Reading the routing tables is what getifaddrs(3) does; it must work, and shows own links only. */
static int k13_route(void)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg body;
	} ask = { { sizeof(ask), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { AF_UNSPEC } };
	char answer[8192];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n = -1;

	if (fd < 0 || send(fd, &ask, sizeof(ask), 0) < 0)
		return held("NETLINK_ROUTE");
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < 0)
		return held("RTM_GETLINK");
	/* The name of the marker interface stands in the answer as bytes. */
	if (memmem(answer, (size_t)n, arg("link"), strlen(arg("link"))) != NULL)
		return opened("%s", arg("link"));
	errno = ENOENT;
	return held("the host's links");
}

const struct act sock_acts[] = {
	{ "K-07", k07 }, { "K-08", k08 }, { "K-09", k09 }, { "K-10", k10 },
	{ "K-11", k11 }, { "K-12", k12 }, { "K-13", k13 }, { "K-14", k14 },
	{ "K-15", k15 }, { "K-16", k16 }, { "K-17", k17 }, { "K-13-route", k13_route },
	{ NULL, NULL },
};
