/* SPDX-License-Identifier: Apache-2.0 */
/* Connection attempts seen inside the sandbox's network, turned into events. */
#include "sandbox/packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/host.h"
#include "sandbox/events.h"

#define SEEN_MAX 512
#define BATCH 32
#define DNS_PORT 53
#define UDP_HEADER 8
#define DNS_HEADER 12
#define CLOSED "the sandbox has no network; "
#define NO_RULE "no rule allows this port; "

static unsigned int port_at(const unsigned char *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

/* The first question of a DNS query: labels of at most 63 bytes, each with its length before it. */
static int dns_name(const unsigned char *p, size_t n, char *ret, size_t max)
{
	size_t at = DNS_HEADER;
	size_t out = 0;

	while (at < n && p[at] != 0) {
		size_t len = p[at++];

		/* A NUL would hide what comes after it. */
		if (len > 63 || len > n - at || out + len + 2 > max ||
		    memchr(p + at, '\0', len) != NULL)
			return -1;
		if (out > 0)
			ret[out++] = '.';
		memcpy(ret + out, p + at, len);
		out += len;
		at += len;
	}
	ret[out] = '\0';
	return out > 0 && at < n ? 0 : -1;
}

/* Whether an address stands for a name, which the proxy alone knows. */
static bool is_stand_in(const char *address)
{
	return strncmp(address, "198.18.", 7) == 0 || strncmp(address, "198.19.", 7) == 0;
}

static void tcp_note(const char *address, unsigned int port, const struct packet_sink *sink)
{
	const char *why = sink->served != NULL ? NO_RULE : CLOSED;
	char target[EVENT_TARGET_MAX];
	char reason[EVENT_REASON_MAX];

	snprintf(target, sizeof(target), "%s:%u", address, port);
	if (is_stand_in(address))
		snprintf(reason, sizeof(reason), "%s--allow HOST:%u opens it", why, port);
	else
		snprintf(reason, sizeof(reason), "%s--allow %s opens it", why, target);
	events_add(sink->log, "net.connect", target, reason);
}

static void udp_note(const char *address, unsigned int port, const struct packet_sink *sink)
{
	char target[EVENT_TARGET_MAX];

	snprintf(target, sizeof(target), "%s:%u/udp", address, port);
	events_add(sink->log, "net.connect", target,
		   "UDP does not leave the sandbox; --allow HOST opens TCP and names");
}

static void dns_note(const char *asked, const struct packet_sink *sink)
{
	char reason[EVENT_REASON_MAX];
	struct host_name name;

	/* The proxy answers, and tells what came of it. */
	if (sink->served != NULL)
		return;
	if (host_name_parse(asked, strlen(asked), &name) == 0)
		snprintf(reason, sizeof(reason), CLOSED "--allow %s opens it", name.text);
	else
		snprintf(reason, sizeof(reason), CLOSED "no rule can open this name");
	events_add(sink->log, "net.dns", asked, reason);
}

/* @p begins with the TCP or UDP header. */
static void transport_note(const char *address, int protocol, const unsigned char *p, size_t n,
			   const struct packet_sink *sink)
{
	bool is_served = sink->served != NULL;
	char name[EVENT_TARGET_MAX];
	unsigned int port;

	if (n < 4)
		return;
	port = port_at(p + 2);
	if (protocol != IPPROTO_UDP) {
		/* Somebody answers there, and tells what came of it. */
		if (!is_served || (sink->served[port / 8] & 1u << port % 8) == 0)
			tcp_note(address, port, sink);
		return;
	}
	/* What comes from there are the proxy's answers: nothing inside can send from that port. */
	if (is_served && port_at(p) == DNS_PORT)
		return;
	if (port == DNS_PORT && n > UDP_HEADER &&
	    dns_name(p + UDP_HEADER, n - UDP_HEADER, name, sizeof(name)) == 0)
		dns_note(name, sink);
	else
		udp_note(address, port, sink);
}

void packet_note4(const unsigned char *p, size_t n, const struct packet_sink *sink)
{
	char address[INET_ADDRSTRLEN];
	size_t head = n > 0 ? (size_t)(p[0] & 0xf) * 4 : 0;

	if (n < 20 || head < 20 || head >= n ||
	    inet_ntop(AF_INET, p + 16, address, sizeof(address)) == NULL)
		return;
	transport_note(address, p[9], p + head, n - head, sink);
}

void packet_note6(const struct in6_addr *to, int protocol, const unsigned char *p, size_t n,
		  const struct packet_sink *sink)
{
	char address[INET6_ADDRSTRLEN];
	char shown[INET6_ADDRSTRLEN + 2];

	/* Neighbour and multicast chatter of the kernel itself is nobody's attempt. */
	if (IN6_IS_ADDR_MULTICAST(to) || IN6_IS_ADDR_LOOPBACK(to))
		return;
	inet_ntop(AF_INET6, to, address, sizeof(address));
	snprintf(shown, sizeof(shown), "[%s]", address);
	transport_note(shown, protocol, p, n, sink);
}

/* The kernel keeps the header of IPv6 to itself and tells the destination beside the bytes. */
static void packet6(const struct msghdr *msg, int protocol, const unsigned char *p, size_t n,
		    const struct packet_sink *sink)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct in6_pktinfo info;

	if (c == NULL || c->cmsg_type != IPV6_PKTINFO || c->cmsg_len < CMSG_LEN(sizeof(info)))
		return;
	memcpy(&info, CMSG_DATA(c), sizeof(info));
	packet_note6(&info.ipi6_addr, protocol, p, n, sink);
}

void packet_read(int fd, const struct packet_sink *sink)
{
	int family = 0;
	int protocol = 0;
	socklen_t len = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) < 0)
		return;
	for (int i = 0; i < BATCH; i++) {
		unsigned char bytes[SEEN_MAX];
		union {
			char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
			struct cmsghdr align;
		} control;
		struct iovec part = { bytes, sizeof(bytes) };
		struct msghdr msg = { .msg_iov = &part,
				      .msg_iovlen = 1,
				      .msg_control = &control,
				      .msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

		if (n <= 0)
			return;
		if (family == AF_INET)
			packet_note4(bytes, (size_t)n, sink);
		else
			packet6(&msg, protocol, bytes, (size_t)n, sink);
	}
}
