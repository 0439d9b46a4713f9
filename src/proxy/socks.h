/* SPDX-License-Identifier: Apache-2.0 */
/* The server's half of SOCKS 5: no authentication, CONNECT alone. */
#ifndef PROXY_SOCKS_H
#define PROXY_SOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/host.h"

#define SOCKS_GREETING_MAX 257
#define SOCKS_REQUEST_MAX 262
#define SOCKS_CHOICE_BYTES 2
#define SOCKS_REPLY_BYTES 10

enum socks_reply {
	SOCKS_DONE = 0,
	SOCKS_FAILED = 1,
	SOCKS_DENIED = 2,
	SOCKS_NET_UNREACHABLE = 3,
	SOCKS_HOST_UNREACHABLE = 4,
	SOCKS_REFUSED = 5,
	SOCKS_EXPIRED = 6,
	SOCKS_NO_COMMAND = 7,
	SOCKS_NO_ADDRESS_TYPE = 8
};

/* Where a client wants to go; a name that is spelt like an address is one. */
struct socks_request {
	struct host host;
	uint16_t port; /* 1 to 65535 */
};

/*
 * socks_greeting_parse - read the list of methods.
 * @p, @n: all bytes of the connection so far
 *
 * Returns its length (at most SOCKS_GREETING_MAX); 0 when it is not whole; -EPROTONOSUPPORT when
 * this is not SOCKS 5; -EACCES when it does not offer to do without authentication.
 * Source: RFC 1928 section 3.
 */
int socks_greeting_parse(const uint8_t *p, size_t n);

/* socks_choice_build - the answer to a greeting; @r is what socks_greeting_parse returned. */
void socks_choice_build(int r, uint8_t ret[SOCKS_CHOICE_BYTES]);

/*
 * socks_request_parse - read a request.
 * @p, @n: the bytes behind the greeting
 *
 * Returns its length (at most SOCKS_REQUEST_MAX); 0 when it is not whole; -EOPNOTSUPP for another
 * command than CONNECT; -EAFNOSUPPORT for an unknown kind of address; -EINVAL for a name that is
 * none (NUL and control bytes included) or a port of 0; -EPROTO for all else.
 * Source: RFC 1928 section 4.
 */
int socks_request_parse(const uint8_t *p, size_t n, struct socks_request *ret);

/* socks_reply_of - how to answer an error: of socks_request_parse, connect(2) or -EACCES. */
enum socks_reply socks_reply_of(int error);

/* socks_reply_build - the answer to a request; the address in it is 0.0.0.0:0, as nobody uses it.
 */
void socks_reply_build(enum socks_reply reply, uint8_t ret[SOCKS_REPLY_BYTES]);

#endif
