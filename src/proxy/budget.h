/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox may spend: bytes, connections, requests and DNS questions. */
#ifndef PROXY_BUDGET_H
#define PROXY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

enum budget_hit {
	BUDGET_OK,
	BUDGET_BYTES,
	BUDGET_HOST_BYTES,
	BUDGET_CONNECTIONS,
	BUDGET_REQUESTS,
	BUDGET_DNS,
	BUDGET_DNS_NAMES,
	BUDGET_END
};

/* Limits; 0 is none. A burst is what may come at once; 0 means as many as a second allows. */
struct budget_limits {
	uint64_t bytes;	      /* in all, both ways */
	uint64_t host_bytes;  /* of one host, both ways */
	uint64_t connections; /* at once */
	uint64_t requests;    /* connections and HTTP requests a second */
	uint64_t requests_burst;
	uint64_t dns; /* questions a second */
	uint64_t dns_burst;
	uint64_t dns_names; /* different names in all */
};

/* A leaky bucket, full of tokens when zeroed. @debt is in thousandths of a token. */
struct bucket {
	uint64_t debt;
	uint64_t at_ms;
};

/* What was spent; zero it and set @limits. */
struct budget {
	struct budget_limits limits;
	uint64_t bytes;
	uint64_t connections;
	uint64_t dns_names;
	struct bucket requests;
	struct bucket dns;
};

/*
 * bucket_take - take one token.
 * @rate:   tokens a second; 0 is no limit
 * @burst:  most tokens at once; 0 means @rate
 * @now_ms: a clock that never goes back; if it does, nothing is refilled
 *
 * Returns false when there is none.
 */
bool bucket_take(struct bucket *b, uint64_t rate, uint64_t burst, uint64_t now_ms);

/* Count a new connection, and the end of one; on anything but BUDGET_OK it is not counted. */
enum budget_hit budget_connect(struct budget *b, uint64_t now_ms);
void budget_disconnect(struct budget *b);

/* budget_request - count one more HTTP request on a connection. */
enum budget_hit budget_request(struct budget *b, uint64_t now_ms);

/*
 * budget_bytes - count bytes that went through.
 * @host_bytes: those of the host so far, kept by the caller; added to
 *
 * Returns which limit they reach, if any: the connection is to be ended then.
 */
enum budget_hit budget_bytes(struct budget *b, uint64_t *host_bytes, uint64_t n);

/* budget_dns - count a question; @is_new says that its name was not asked for before. */
enum budget_hit budget_dns(struct budget *b, bool is_new, uint64_t now_ms);

/* The budget's name, as the configuration spells it: "bytes", "dns-names". */
const char *budget_hit_name(enum budget_hit hit);

#endif
