/* SPDX-License-Identifier: Apache-2.0 */
/* Host names: one spelling each; what is matched is what is resolved and dialled. */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

#define HOST_NAME_BYTES 253
#define HOST_LABEL_BYTES 63
#define HOST_TEXT_MAX (HOST_NAME_BYTES + 8) /* "[v6]:65535" or "name:65535", with the NUL */

/*
 * struct host_name - a host name: lower case, no trailing dot.
 * @n:    bytes of @text, 1 to HOST_NAME_BYTES
 * @text: letters, digits, hyphens and dots, terminated
 */
struct host_name {
	uint8_t n;
	char text[HOST_NAME_BYTES + 1];
};

/* What a client names: a name, or an address in its usual spelling. */
struct host {
	bool is_address;
	struct addr addr;      /* when @is_address */
	struct host_name name; /* when not */
};

/*
 * host_name_parse - read a host name.
 *
 * Letters, digits and hyphens in labels of 1 to 63 bytes that neither begin nor end with a hyphen,
 * 253 bytes in all; one trailing dot is dropped, upper case becomes lower. Names beyond ASCII come
 * as A-labels (xn--). Refused is all else: underscore, percent, space, control and NUL bytes, and
 * a name whose last label is a number (10, 0x7f), because some readers take it for an address.
 *
 * Returns 0 or -EINVAL. Source: RFC 1123 section 2.1, RFC 5890; "ends in a number" of the URL
 * standard.
 */
int host_name_parse(const char *p, size_t n, struct host_name *ret);

/* Whether two names are the same. */
bool host_name_is(const struct host_name *a, const struct host_name *b);

/* Whether @a lies below @suffix, at any depth: a.b.c below b.c, never b.c itself nor xb.c. */
bool host_name_is_below(const struct host_name *a, const struct host_name *suffix);

/*
 * host_parse - read a name or an address; IPv6 bare or in brackets, IPv4 never.
 * Returns 0 or -EINVAL.
 */
int host_parse(const char *p, size_t n, struct host *ret);

/* Whether two hosts are the same name or the same address. */
bool host_is(const struct host *a, const struct host *b);

/*
 * host_port_parse - read HOST or HOST:PORT; IPv6 with a port stands in brackets.
 * @ret_port: 0 when none was given; ports are 1 to 65535 without leading zeros
 *
 * Returns 0 or -EINVAL; results are written only on success.
 */
int host_port_parse(const char *p, size_t n, struct host *ret, uint16_t *ret_port);

/* host_print - HOST:PORT as host_port_parse reads it, terminated; without a port when it is 0. */
void host_print(const struct host *h, uint16_t port, char ret[HOST_TEXT_MAX]);

#endif
