/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to the kernel over netlink, one answer each. */
#ifndef LINUX_NETLINK_H
#define LINUX_NETLINK_H

#include <stddef.h>

/*
 * netlink_open - a socket for requests to one part of the kernel.
 * @protocol: NETLINK_ROUTE, NETLINK_NETFILTER
 *
 * Returns an owned fd; -EPROTONOSUPPORT where the kernel lacks that part. Source: netlink(7).
 */
int netlink_open(int protocol);

/*
 * netlink_request - send what asks for one acknowledgement, and wait for it.
 * @fd: from netlink_open (borrowed)
 *
 * Returns 0 or negative errno: the kernel's word, or that it could not be asked.
 */
int netlink_request(int fd, const void *p, size_t n);

#endif
