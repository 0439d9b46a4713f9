/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a server's answer: reading ends, and gives addresses of the kind asked for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/dns_lookup.h"

#define ANSWER_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct dns_lookup *lookup, const uint8_t *p, size_t n)
{
	struct dns_found found;

	if (dns_lookup_parse(lookup, p, n, &found) < 0)
		return;
	if (found.n > DNS_ADDRS_MAX)
		abort();
	for (size_t i = 0; i < found.n; i++)
		if (lookup->type == DNS_TYPE_A && found.addrs[i].family != 4)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_lookup lookup = { 0x1234, DNS_TYPE_A, { 9, "www.a.com" } };
	uint8_t answer[ANSWER_MAX];
	size_t n;

	check(&lookup, data, size);
	/* The same bytes behind a header and question that are right. */
	lookup.type = DNS_TYPE_AAAA;
	n = dns_lookup_build(&lookup, answer);
	answer[2] = 0x81;
	answer[7] = size > 0 ? data[0] % 8 : 0;
	if (size > sizeof(answer) - n)
		size = sizeof(answer) - n;
	if (size > 0)
		memcpy(answer + n, data, size);
	check(&lookup, answer, n + size);
	return 0;
}
