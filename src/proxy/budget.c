/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox may spend: bytes, connections, requests and DNS questions. */
#include "proxy/budget.h"

#include <stddef.h>

#define TOKEN 1000 /* debt is in thousandths, so that a rate a second is one a millisecond */

bool bucket_take(struct bucket *b, uint64_t rate, uint64_t burst, uint64_t now_ms)
{
	uint64_t paid;
	uint64_t most;

	if (rate == 0)
		return true;
	if (burst == 0)
		burst = rate;
	if (now_ms > b->at_ms) {
		if (__builtin_mul_overflow(now_ms - b->at_ms, rate, &paid) || paid > b->debt)
			paid = b->debt;
		b->debt -= paid;
		b->at_ms = now_ms;
	}
	if (__builtin_mul_overflow(burst, TOKEN, &most))
		most = UINT64_MAX;
	if (b->debt > most - TOKEN)
		return false;
	b->debt += TOKEN;
	return true;
}

enum budget_hit budget_request(struct budget *b, uint64_t now_ms)
{
	const struct budget_limits *l = &b->limits;

	if (!bucket_take(&b->requests, l->requests, l->requests_burst, now_ms))
		return BUDGET_REQUESTS;
	return BUDGET_OK;
}

enum budget_hit budget_connect(struct budget *b, uint64_t now_ms)
{
	const struct budget_limits *l = &b->limits;

	if (l->bytes != 0 && b->bytes >= l->bytes)
		return BUDGET_BYTES;
	if (l->connections != 0 && b->connections >= l->connections)
		return BUDGET_CONNECTIONS;
	if (budget_request(b, now_ms) != BUDGET_OK)
		return BUDGET_REQUESTS;
	b->connections++;
	return BUDGET_OK;
}

void budget_disconnect(struct budget *b)
{
	if (b->connections > 0)
		b->connections--;
}

static void add(uint64_t *sum, uint64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = UINT64_MAX;
}

enum budget_hit budget_bytes(struct budget *b, uint64_t *host_bytes, uint64_t n)
{
	const struct budget_limits *l = &b->limits;

	add(&b->bytes, n);
	add(host_bytes, n);
	if (l->bytes != 0 && b->bytes >= l->bytes)
		return BUDGET_BYTES;
	if (l->host_bytes != 0 && *host_bytes >= l->host_bytes)
		return BUDGET_HOST_BYTES;
	return BUDGET_OK;
}

enum budget_hit budget_dns(struct budget *b, bool is_new, uint64_t now_ms)
{
	const struct budget_limits *l = &b->limits;

	if (!bucket_take(&b->dns, l->dns, l->dns_burst, now_ms))
		return BUDGET_DNS;
	if (!is_new)
		return BUDGET_OK;
	if (l->dns_names != 0 && b->dns_names >= l->dns_names)
		return BUDGET_DNS_NAMES;
	b->dns_names++;
	return BUDGET_OK;
}

const char *budget_hit_name(enum budget_hit hit)
{
	static const char *const names[BUDGET_END] = {
		[BUDGET_OK] = "",
		[BUDGET_BYTES] = "bytes",
		[BUDGET_HOST_BYTES] = "host-bytes",
		[BUDGET_CONNECTIONS] = "connections",
		[BUDGET_REQUESTS] = "requests",
		[BUDGET_DNS] = "dns",
		[BUDGET_DNS_NAMES] = "dns-names",
	};

	return hit < BUDGET_END ? names[hit] : "unknown";
}
