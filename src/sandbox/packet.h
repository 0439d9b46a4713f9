/* SPDX-License-Identifier: Apache-2.0 */
/* Connection attempts seen inside the sandbox's network, turned into events. */
#ifndef SANDBOX_PACKET_H
#define SANDBOX_PACKET_H

#include <stddef.h>
#include <stdint.h>

struct events_log;
struct in6_addr;

#define PACKET_SERVED_BYTES 8192 /* a bit for each port */

/*
 * struct packet_sink - where attempts go.
 * @log:    gets "net.connect" with address and port, or "net.dns" with the name asked for
 * @served: TCP ports that the proxy answers and tells of itself, a bit each; NULL without a proxy
 */
struct packet_sink {
	struct events_log *log;
	const uint8_t *served;
};

/*
 * packet_read - read what waits on a watching socket.
 * @fd:  from netns_watch (borrowed), non-blocking
 */
void packet_read(int fd, const struct packet_sink *sink);

/*
 * packet_note4 - the event of one IPv4 packet, which begins with its header; any bytes will do.
 */
void packet_note4(const unsigned char *p, size_t n, const struct packet_sink *sink);

/*
 * packet_note6 - the same for IPv6, whose bytes begin with the header of TCP or UDP.
 * @to:       destination
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 */
void packet_note6(const struct in6_addr *to, int protocol, const unsigned char *p, size_t n,
		  const struct packet_sink *sink);

#endif
