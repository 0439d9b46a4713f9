/* SPDX-License-Identifier: Apache-2.0 */
/* The client's half of DNS: asks a server for the addresses of a name, reads what it says. */
#ifndef PROXY_DNS_LOOKUP_H
#define PROXY_DNS_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "proxy/dns_query.h"

#define DNS_LOOKUP_MAX (DNS_HEADER + 255 + 4) /* bytes of a question */
#define DNS_ADDRS_MAX 16

/* What is asked. @id is random for every question, as is the port it comes from. */
struct dns_lookup {
	uint16_t id;
	enum dns_type type; /* DNS_TYPE_A or DNS_TYPE_AAAA */
	struct host_name name;
};

/* What was found: addresses in the server's order, the first DNS_ADDRS_MAX of them. */
struct dns_found {
	size_t n;
	struct addr addrs[DNS_ADDRS_MAX];
	uint32_t ttl_s; /* the smallest on the way */
};

/* dns_lookup_build - the question as a message; returns its length. */
size_t dns_lookup_build(const struct dns_lookup *lookup, uint8_t ret[DNS_LOOKUP_MAX]);

/*
 * dns_lookup_parse - read an answer.
 *
 * It must repeat the question. Aliases are followed within it, at most 8; records of other names
 * count for nothing. A name that is compressed points backwards only, so nothing can loop.
 *
 * Returns 0, with no addresses where there is none of this type; -ENOENT when there is no such
 * name; -EMSGSIZE when it was cut, so that TCP has to be used; -EAGAIN when the server failed;
 * -ECONNREFUSED when it refused; -EBADMSG when it is no answer to this question, or malformed: an
 * answer to come may still be right. Source: RFC 1035 section 4.1, RFC 5452 section 9.
 */
int dns_lookup_parse(const struct dns_lookup *lookup, const uint8_t *p, size_t n,
		     struct dns_found *ret);

#endif
