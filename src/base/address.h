/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses and ranges: one spelling each, and which of them lead into the world. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDR_TEXT_MAX 46 /* with the NUL */

enum addr_class {
	ADDR_GLOBAL,
	ADDR_UNSPECIFIED, /* reaches the host itself on most systems */
	ADDR_LOOPBACK,
	ADDR_PRIVATE,
	ADDR_CGNAT,
	ADDR_LINK_LOCAL,
	ADDR_METADATA, /* of a cloud: hands out credentials to whoever asks */
	ADDR_MULTICAST,
	ADDR_RESERVED,
	ADDR_END
};

/*
 * struct addr - an address. An IPv4-mapped IPv6 address never stands here: it is IPv4.
 * @family: 4 or 6
 * @bytes:  in network order; of IPv4 the first four, the others 0
 */
struct addr {
	uint8_t family;
	uint8_t bytes[16];
};

/* A range; the bits of @net beyond @prefix are 0. */
struct cidr {
	struct addr net;
	uint8_t prefix;
};

/*
 * addr_parse - read an address in its usual spelling: four decimal numbers without leading zeros,
 * or IPv6 without brackets and zone. Returns 0 or -EINVAL (also for 127.1, 0x7f.1, 0177.0.0.1).
 * Source: RFC 6943 section 3.1.1, RFC 4291 section 2.2.
 */
int addr_parse(const char *p, size_t n, struct addr *ret);

/* addr_from_bytes - 4 or 16 bytes in network order as an address. Returns 0 or -EINVAL. */
int addr_from_bytes(const void *p, size_t n, struct addr *ret);

/*
 * addr_classify - where an address leads. NAT64 and 6to4 addresses are what they embed.
 * Source: IANA registries of special-purpose addresses; RFC 6890, 6052, 8215.
 */
enum addr_class addr_classify(const struct addr *a);

/* The class in words, as messages say it: "private", "link-local". */
const char *addr_class_name(enum addr_class c);

/* Whether an IPv6 address carries an IPv4 one that it leads to (NAT64, 6to4), and which. */
bool addr_embedded(const struct addr *a, struct addr *ret);

/* addr_print - the one spelling of an address (RFC 5952), terminated. */
void addr_print(const struct addr *a, char ret[ADDR_TEXT_MAX]);

/*
 * cidr_parse - read ADDRESS or ADDRESS/PREFIX; bits beyond the prefix are cleared.
 * Returns 0 or -EINVAL.
 */
int cidr_parse(const char *p, size_t n, struct cidr *ret);

/* Whether a range holds an address; families never mix. */
bool cidr_has(const struct cidr *c, const struct addr *a);

#endif
