/* SPDX-License-Identifier: Apache-2.0 */
/* Egress: which ports of the sandbox's network lead to the proxy. */
#ifndef TIER_PART_EGRESS_H
#define TIER_PART_EGRESS_H

#include <stdbool.h>

#include "base/err.h"

struct plan_builder;
struct policy;
struct tier_facts;

/* Whether the policy names anything to reach, so that a proxy is needed. */
bool part_egress_is_open(const struct policy *p);

/* Whether streams are opened: for rules about what is asked, and for secrets. */
bool part_egress_opens(const struct policy *p);

/*
 * part_egress_check_host - whether a policy can be kept where the host's network is shared.
 *
 * Returns 0, or -EOPNOTSUPP: for a rule about the network, with its line; where abstract sockets of
 * the host would be within reach.
 */
int part_egress_check_host(const struct policy *p, const struct tier_facts *f, struct err *e);

/*
 * part_egress_compile - listening sockets for names, for clients of proxies, and for every port
 * that a rule of network.allow or network.http allows; where those are too many, one socket and a
 * redirect to it.
 *
 * Returns 0; -EINVAL for a rule that cannot be read.
 */
int part_egress_compile(const struct policy *p, struct plan_builder *b, struct err *e);

#endif
