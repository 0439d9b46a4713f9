/* SPDX-License-Identifier: Apache-2.0 */
/* The one parser of host names and host patterns. */
#ifndef POLICY_HOST_NAME_H
#define POLICY_HOST_NAME_H

/*
 * host_pattern_check - whether text is a host pattern: NAME, *.NAME, an IPv4 or IPv6 address or
 * CIDR, each with an optional :PORT (an IPv6 address with a port stands in brackets).
 *
 * Names are letters, digits, hyphens and dots, at most 253 bytes, labels at most 63.
 * Returns 0 or -EINVAL. Source: RFC 1123 section 2.1.
 */
int host_pattern_check(const char *text);

#endif
