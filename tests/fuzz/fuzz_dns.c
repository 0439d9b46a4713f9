/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a DNS query: every answer is well formed, and repeats the question as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(const uint8_t *data, const struct dns_query *q, bool is_allowed)
{
	static const struct addr addr = { 4, { 198, 18, 0, 1 } };
	struct dns_message m;
	struct dns_answer a;

	dns_decide(q, is_allowed, &addr, &a);
	if (a.has_addr && (!is_allowed || !q->has_name || q->fault != DNS_NOERROR))
		abort();
	dns_answer_build(data, q, &a, &m);
	if (m.n < 12 || m.n > 512 || (m.bytes[2] & 0x80) == 0 ||
	    m.n != (size_t)(m.frame[0] << 8 | m.frame[1]))
		abort();
	if (memcmp(m.bytes, data, 2) != 0 ||
	    (q->end > 0 && memcmp(m.bytes + 12, data + 12, q->end - 12) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_query q;

	if (dns_query_parse(data, size, &q) < 0)
		return 0;
	if (q.end > size || (q.has_name && q.name.text[q.name.n] != '\0'))
		abort();
	check_answer(data, &q, true);
	check_answer(data, &q, false);
	return 0;
}
