/* SPDX-License-Identifier: Apache-2.0 */
/* Connection attempts seen inside the sandbox's network, turned into events. */
#ifndef SANDBOX_PACKET_H
#define SANDBOX_PACKET_H

#include <stddef.h>

struct events_log;
struct in6_addr;

/*
 * packet_read - read what waits on a watching socket.
 * @fd:  from netns_watch (borrowed), non-blocking
 * @log: gets "net.connect" with address and port, or "net.dns" with the name asked for
 */
void packet_read(int fd, struct events_log *log);

/*
 * packet_note4 - the event of one IPv4 packet, which begins with its header; any bytes will do.
 */
void packet_note4(const unsigned char *p, size_t n, struct events_log *log);

/*
 * packet_note6 - the same for IPv6, whose bytes begin with the header of TCP or UDP.
 * @to:       destination
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 */
void packet_note6(const struct in6_addr *to, int protocol, const unsigned char *p, size_t n,
		  struct events_log *log);

#endif
