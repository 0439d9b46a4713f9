/* SPDX-License-Identifier: Apache-2.0 */
/* How a denial names itself to an HTTP client. */
#ifndef PROXY_DENIAL_H
#define PROXY_DENIAL_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

enum denial_kind {
	DENIAL_MISSING,	  /* no rule allows the host */
	DENIAL_DENIED,	  /* a rule denies it */
	DENIAL_ADDRESS,	  /* it leads to an address that is not global */
	DENIAL_METHOD,	  /* rules of network.http hold the host, and not this request */
	DENIAL_PUSH,	  /* rules for pushes do not hold this one */
	DENIAL_MISMATCH,  /* names differ: of the connection, of TLS, of the request */
	DENIAL_MALFORMED, /* nothing that could be judged */
	DENIAL_BUDGET,	  /* spent */
	DENIAL_UPSTREAM,  /* allowed, and could not be reached */
	DENIAL_END
};

/*
 * struct denial - what is said. All texts are borrowed and may hold any bytes but NUL.
 * @host:   name or address, "" when it is not known
 * @port:   0 when it is not known
 * @detail: a sentence
 * @flag:   what would allow it, as "--allow db.example:5432"; "" for nothing
 */
struct denial {
	enum denial_kind kind;
	const char *host;
	uint16_t port;
	const char *detail;
	const char *flag;
};

/* The status of a denial: 403, 400 for what is malformed, 429, 502. */
uint16_t denial_status(enum denial_kind kind);

/* The value of x-proxy-error, in the words that other proxies use: blocked-by-allowlist. */
const char *denial_code(enum denial_kind kind);

/* denial_body - append the JSON: error, detail, host, port, rule_missing, next_steps. */
void denial_body(const struct denial *d, struct buf *out);

/*
 * denial_reply - append a whole HTTP/1.1 reply; the connection is to be closed behind it.
 * @is_head: the request's method was HEAD: the body is told, not sent
 */
void denial_reply(const struct denial *d, bool is_head, struct buf *out);

#endif
