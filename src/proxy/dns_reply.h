/* SPDX-License-Identifier: Apache-2.0 */
/* Answers one DNS query by the rules, and says so. */
#ifndef PROXY_DNS_REPLY_H
#define PROXY_DNS_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "proxy/dns.h"

struct proxy;

/*
 * dns_reply - the answer to a query; a name that may be reached gets its address now.
 * Returns 0; -EBADMSG when none is due.
 */
int dns_reply(struct proxy *p, const uint8_t *query, size_t n, struct dns_message *ret);

#endif
