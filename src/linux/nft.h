/* SPDX-License-Identifier: Apache-2.0 */
/* The one nftables ruleset that a sandbox's network may need. */
#ifndef LINUX_NFT_H
#define LINUX_NFT_H

#include <stdint.h>

/*
 * nft_redirect - in this network namespace, lead every TCP connection to one port of loopback.
 * @port:   where it leads; who listens there learns what was meant by SO_ORIGINAL_DST
 * @except: a port whose connections stay as they are
 *
 * Connections to 127.0.0.0/8 and ::1 stay as they are. Needs CAP_NET_ADMIN in the namespace.
 * Returns 0 or negative errno: -EPROTONOSUPPORT, -EOPNOTSUPP or -ENOENT where the kernel lacks
 * nftables or its NAT. Source: linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h.
 */
int nft_redirect(uint16_t port, uint16_t except);

#endif
