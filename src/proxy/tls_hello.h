/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the name that a TLS client asks for out of its first bytes. */
#ifndef PROXY_TLS_HELLO_H
#define PROXY_TLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host.h"

/* Most bytes that are looked at: a ClientHello of 16 KiB with the heads of its records. */
#define TLS_HELLO_MAX (16384 + 2048)

enum tls_hello_result {
	TLS_HELLO_MORE,	     /* too short to tell; see @need */
	TLS_HELLO_NAME,	     /* @name is what it asks for */
	TLS_HELLO_NO_NAME,   /* a ClientHello without a server name */
	TLS_HELLO_MALFORMED, /* not TLS, or not as the standard has it; see @why */
	TLS_HELLO_END
};

/*
 * struct tls_hello - what a ClientHello says.
 * @need:    bytes to have before another look can tell more, at most TLS_HELLO_MAX
 * @why:     what is wrong with it, in a few words (constant text); NULL unless malformed
 * @has_ech: it carries an encrypted ClientHello, so @name may not be whom it is for. Some browsers
 *           send a made-up one to everybody, which nothing can tell apart
 * @has_h2:  it offers HTTP/2
 */
struct tls_hello {
	size_t need;
	const char *why;
	bool has_ech;
	bool has_h2;
	struct host_name name;
};

/*
 * tls_hello_parse - look at the first bytes of a connection.
 * @p, @n: all bytes from the start, TLS_HELLO_MAX of them are enough for a verdict
 * @ret:   written whatever the result
 *
 * The hello may come in any number of records. The name must be a host name as base/host.h has it,
 * so never an address, and there must be one. Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066
 * section 3, RFC 7301; draft-ietf-tls-esni for the number of the extension.
 */
enum tls_hello_result tls_hello_parse(const uint8_t *p, size_t n, struct tls_hello *ret);

#endif
