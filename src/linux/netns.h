/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a network namespace: loopback, local routes, and a view of what tries to leave. */
#ifndef LINUX_NETNS_H
#define LINUX_NETNS_H

#define NETNS_WATCH_FDS 4

/*
 * netns_loopback - bring lo up and make every IPv4 and IPv6 address local to it, so that a
 * connect to the outside is refused at once instead of timing out.
 * Source: netdevice(7); rtnetlink(7), RTN_LOCAL. -EAFNOSUPPORT of IPv6 is no failure.
 */
int netns_loopback(void);

/*
 * netns_watch - sockets that receive a copy of each TCP connection request and UDP datagram whose
 * destination is not loopback. Needs CAP_NET_RAW in the namespace.
 * @ret_fds: owned fds: TCP and UDP over IPv4, TCP and UDP over IPv6; -EBADF where IPv6 is off
 *
 * What is read from them begins with the IPv4 header (IPv4) or the TCP/UDP header (IPv6).
 * Source: raw(7), ipv6(7), socket(7) SO_ATTACH_FILTER.
 */
int netns_watch(int ret_fds[NETNS_WATCH_FDS]);

#endif
