/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy's configuration, out of the policy. */
#ifndef SANDBOX_EGRESS_CONFIG_H
#define SANDBOX_EGRESS_CONFIG_H

#include "base/err.h"

struct buf;
struct policy;

/*
 * egress_config - write the configuration as the proxy reads it (proxy/config.h).
 * @out: receives the text
 *
 * The name servers are those of /etc/resolv.conf. Returns 0 or negative errno.
 */
int egress_config(const struct policy *p, struct buf *out, struct err *e);

#endif
