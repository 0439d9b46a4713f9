/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a DNS query is answered, and builds the answer. */
#ifndef PROXY_DNS_H
#define PROXY_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/dns_query.h"

#define DNS_FRAME 2 /* bytes before each message over TCP: its length */

/* What to answer. @ede is an extended error's code (RFC 8914), 0 for none; @text may be NULL. */
struct dns_answer {
	enum dns_rcode rcode;
	bool has_addr;
	struct addr addr;
	uint32_t ttl_s;
	uint16_t ede;
	const char *text;
};

/* An answer ready to send; over TCP from @frame on, DNS_FRAME + @n bytes. */
struct dns_message {
	uint8_t frame[DNS_FRAME];
	uint8_t bytes[DNS_ANSWER_MAX];
	size_t n;
};

/*
 * dns_decide - what to answer.
 * @is_allowed: whether the rules hold the name for any port
 * @addr:       the one address that stands for the name, or NULL
 *
 * Allowed names have an address of one family and of the other, of CNAME, SVCB and HTTPS no data,
 * so that no client learns keys for an encrypted ClientHello; reverse lookups find nothing. All
 * else, what could carry a tunnel (TXT, NULL, ANY) too, is REFUSED with the extended error 15.
 */
void dns_decide(const struct dns_query *q, bool is_allowed, const struct addr *addr,
		struct dns_answer *ret);

/*
 * dns_answer_build - the message for an answer.
 * @query: the bytes that dns_query_parse read; the question is repeated as it was spelt
 */
void dns_answer_build(const uint8_t *query, const struct dns_query *q, const struct dns_answer *a,
		      struct dns_message *ret);

#endif
