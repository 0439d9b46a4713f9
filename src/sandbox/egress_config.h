/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy's configuration, out of the policy. */
#ifndef SANDBOX_EGRESS_CONFIG_H
#define SANDBOX_EGRESS_CONFIG_H

#include "base/err.h"

struct buf;
struct policy;
struct secrets;

/*
 * egress_config - write the configuration as the proxy reads it (proxy/config.h).
 * @s:   the placeholders; their values stand nowhere
 * @out: receives the text
 *
 * The name servers are those of /etc/resolv.conf. Returns 0 or negative errno.
 */
int egress_config(const struct policy *p, const struct secrets *s, struct buf *out, struct err *e);

#endif
