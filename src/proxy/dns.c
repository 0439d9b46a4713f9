/* SPDX-License-Identifier: Apache-2.0 */
/* Decides what a DNS query is answered, and builds the answer. */
#include "proxy/dns.h"

#include <string.h>

#define POINTER_TO_QUESTION (0xc000u | DNS_HEADER)
#define OPTION_EDE 15
#define EDE_BLOCKED 15
#define TEXT_MAX 120
#define TTL_S 60
#define FLAG_RECURSES 0x0080u

static bool is_reverse(const struct host_name *name)
{
	static const struct host_name arpa = { 4, "arpa" };

	return host_name_is_below(name, &arpa);
}

/* Whether a type asks for what allowed names have, or at least do not have in an allowed way. */
static bool is_plain_type(uint16_t type)
{
	return type == DNS_TYPE_A || type == DNS_TYPE_AAAA || type == DNS_TYPE_CNAME ||
	       type == DNS_TYPE_SVCB || type == DNS_TYPE_HTTPS;
}

void dns_decide(const struct dns_query *q, bool is_allowed, const struct addr *addr,
		struct dns_answer *ret)
{
	struct dns_answer a = { .rcode = q->fault, .ttl_s = TTL_S };
	uint8_t family = q->type == DNS_TYPE_A ? 4 : 6;

	if (q->fault != DNS_NOERROR) {
		*ret = a;
		return;
	}
	if (q->has_name && is_reverse(&q->name) && q->type == DNS_TYPE_PTR) {
		a.rcode = DNS_NXDOMAIN;
	} else if (!is_allowed || !q->has_name || !is_plain_type(q->type)) {
		a.rcode = DNS_REFUSED;
		a.ede = EDE_BLOCKED;
		a.text = !is_allowed || !q->has_name ? "no rule of network.allow names it"
						     : "only addresses are answered";
	} else if ((q->type == DNS_TYPE_A || q->type == DNS_TYPE_AAAA) && addr != NULL &&
		   addr->family == family) {
		a.has_addr = true;
		a.addr = *addr;
	}
	*ret = a;
}

static void put(struct dns_message *m, const void *p, size_t n)
{
	memcpy(m->bytes + m->n, p, n);
	m->n += n;
}

static void put_u16(struct dns_message *m, unsigned int v)
{
	uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	put(m, b, sizeof(b));
}

static void put_addr(struct dns_message *m, const struct dns_answer *a)
{
	unsigned int n = a->addr.family == 4 ? 4 : 16;

	put_u16(m, POINTER_TO_QUESTION);
	put_u16(m, n == 4 ? DNS_TYPE_A : DNS_TYPE_AAAA);
	put_u16(m, DNS_CLASS_IN);
	put_u16(m, a->ttl_s >> 16);
	put_u16(m, a->ttl_s & 0xffff);
	put_u16(m, n);
	put(m, a->addr.bytes, n);
}

/* The OPT record, with an extended error where there is one. */
static void put_extra(struct dns_message *m, const struct dns_answer *a)
{
	size_t text = a->text != NULL ? strnlen(a->text, TEXT_MAX) : 0;

	put(m, "", 1);
	put_u16(m, DNS_TYPE_OPT);
	put_u16(m, DNS_ANSWER_MAX);
	put_u16(m, (unsigned int)a->rcode >> 4 << 8);
	put_u16(m, 0);
	if (a->ede == 0) {
		put_u16(m, 0);
		return;
	}
	put_u16(m, (unsigned int)text + 6);
	put_u16(m, OPTION_EDE);
	put_u16(m, (unsigned int)text + 2);
	put_u16(m, a->ede);
	if (text > 0)
		put(m, a->text, text);
}

/* A header, a question of at most 259 bytes, one record and OPT are far below DNS_ANSWER_MAX. */
void dns_answer_build(const uint8_t *query, const struct dns_query *q, const struct dns_answer *a,
		      struct dns_message *ret)
{
	unsigned int flags = DNS_FLAG_ANSWER | FLAG_RECURSES |
			     (q->flags & (DNS_FLAG_OPCODE | DNS_FLAG_WANT_RECURSION)) |
			     ((unsigned int)a->rcode & 0xf);
	bool has_addr = a->has_addr && q->end > 0;

	ret->n = 0;
	put_u16(ret, q->id);
	put_u16(ret, flags);
	put_u16(ret, q->end > 0);
	put_u16(ret, has_addr);
	put_u16(ret, 0);
	put_u16(ret, q->has_edns);
	if (q->end > 0)
		put(ret, query + DNS_HEADER, q->end - DNS_HEADER);
	if (has_addr)
		put_addr(ret, a);
	if (q->has_edns)
		put_extra(ret, a);
	ret->frame[0] = (uint8_t)(ret->n >> 8);
	ret->frame[1] = (uint8_t)ret->n;
}
