/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that the sandbox uses by placeholders and never sees. */
#ifndef PROXY_SECRET_H
#define PROXY_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/host_rule.h"
#include "proxy/http_field.h"

#define SECRET_VALUE_MAX 16384

struct buf;

/* Where a secret may stand in a request. */
enum {
	SECRET_HEADER = 1, /* in the header @header */
	SECRET_BASIC = 2,  /* in HTTP Basic, as Git sends it */
	SECRET_QUERY = 4,  /* in the parameter @query */
	SECRET_BODY = 8
};

/* A placeholder and where it becomes the secret; the value itself never stands here. */
struct secret {
	uint32_t id; /* which of the values that come apart, from 0 */
	const char *placeholder;
	unsigned int where; /* SECRET_… */
	const char *header;
	const char *query;
	const struct host_rule *hosts;
	size_t n_hosts;
};

/*
 * struct secret_site - a request on its way to a host.
 * @values: of the secrets, by their number (borrowed)
 * @filled: placeholders that became their secret, counted
 * @stray:  number of a secret whose placeholder stood where, or went whither, it may not; -1 at
 *          first. It goes on as it is, and is worth an event
 */
struct secret_site {
	const struct secret *secrets;
	size_t n;
	const struct http_text *values;
	const struct host *host;
	uint16_t port;
	size_t filled;
	int64_t stray;
};

/* secret_value_check - whether a value can stand in a header: no control bytes. 0 or -EINVAL. */
int secret_value_check(const char *p, size_t n);

/* Whether any secret is meant for a host at a port, so that its streams must be opened. */
bool secrets_cover(const struct secret *secrets, size_t n, const struct host *host, uint16_t port);

/*
 * Append text of a request with the secrets in it filled in; @out has the memory's and the size's
 * errors. The header is one field's value, of Basic its credentials too; the query is what stands
 * behind the question mark, where values are percent-encoded; the body is content, in one piece.
 */
void secrets_fill_header(struct secret_site *site, const struct http_field *f, struct buf *out);
void secrets_fill_query(struct secret_site *site, const struct http_text *query, struct buf *out);
void secrets_fill_body(struct secret_site *site, const struct http_text *body, struct buf *out);

/* secrets_notice - look for placeholders where none may stand; only @stray tells. */
void secrets_notice(struct secret_site *site, const struct http_text *t);

#endif
