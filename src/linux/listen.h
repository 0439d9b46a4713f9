/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets that stand for every address of a network namespace. */
#ifndef LINUX_LISTEN_H
#define LINUX_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * listen_every - a socket on a port of every address that is local here, IPv4 and IPv6.
 * @is_stream: TCP and listening, else UDP, whose messages say which address they came to
 *
 * Non-blocking. Returns an owned fd or negative errno; where the kernel has no IPv6, for IPv4
 * alone. Source: ipv6(7), IPV6_V6ONLY and IPV6_RECVPKTINFO; ip(7), IP_PKTINFO.
 */
int listen_every(uint16_t port, bool is_stream);

/* listen_loopback - the same for TCP on 127.0.0.1 alone. */
int listen_loopback(uint16_t port);

#endif
