/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that the sandbox uses by placeholders and never sees. */
#ifndef PROXY_SECRET_H
#define PROXY_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/host_rule.h"

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

#endif
