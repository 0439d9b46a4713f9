/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a DNS query. */
#ifndef PROXY_DNS_QUERY_H
#define PROXY_DNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host.h"

#define DNS_HEADER 12
#define DNS_CLASS_IN 1
#define DNS_ANSWER_MAX 1232 /* bytes of any answer, by UDP or TCP; passes without fragments */

#define DNS_FLAG_ANSWER 0x8000u
#define DNS_FLAG_OPCODE 0x7800u
#define DNS_FLAG_CUT 0x0200u
#define DNS_FLAG_WANT_RECURSION 0x0100u

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
	DNS_BADVERS = 16
};

enum dns_type {
	DNS_TYPE_A = 1,
	DNS_TYPE_CNAME = 5,
	DNS_TYPE_PTR = 12,
	DNS_TYPE_AAAA = 28,
	DNS_TYPE_OPT = 41,
	DNS_TYPE_SVCB = 64,
	DNS_TYPE_HTTPS = 65
};

/*
 * struct dns_query - one question.
 * @fault:   DNS_NOERROR, or what to answer because the message is wrong
 * @end:     bytes of the message up to the end of the question; 0 when it could not be read
 * @name:    what is asked about; valid when @has_name (a name that is no host's has none)
 * @udp_max: most bytes of an answer by UDP, 512 to DNS_ANSWER_MAX
 */
struct dns_query {
	uint16_t id;
	uint16_t flags;
	uint16_t type;
	enum dns_rcode fault;
	size_t end;
	bool has_name;
	bool has_edns;
	uint16_t udp_max;
	struct host_name name;
};

/*
 * dns_query_parse - read a query: one question of class IN, at most an OPT record beside it.
 * Compression has no place in a question and is refused, so nothing can loop.
 *
 * Returns 0 when an answer is due (see @fault); -EBADMSG when there is nothing to answer: shorter
 * than a header, or itself an answer. Source: RFC 1035 section 4.1, RFC 6891.
 */
int dns_query_parse(const uint8_t *p, size_t n, struct dns_query *ret);

#endif
