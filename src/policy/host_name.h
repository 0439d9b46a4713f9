/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of network.allow and network.deny looks like. */
#ifndef POLICY_HOST_NAME_H
#define POLICY_HOST_NAME_H

/*
 * host_pattern_check - whether text is a host pattern as base/host_rule.h reads it: NAME, *.NAME,
 * an address or a CIDR, each with optional :PORTS. The egress proxy reads it by the same parser.
 *
 * Returns 0 or -EINVAL.
 */
int host_pattern_check(const char *text);

#endif
