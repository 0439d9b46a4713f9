/* SPDX-License-Identifier: Apache-2.0 */
/* Answers one DNS query by the rules, and says so. */
#include "proxy/dns_reply.h"

#include <errno.h>

#include "proxy/conn_go.h"
#include "proxy/events.h"
#include "proxy/names.h"
#include "proxy/proxy.h"

static uint32_t hash(const struct host_name *name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name->n; i++)
		h = (h ^ (unsigned char)name->text[i]) * 16777619u;
	return h;
}

/* A client asks for both families of a name: that is told once. */
static void tell_refused(struct proxy *p, const struct dns_query *q, const struct verdict *v,
			 bool is_allowed)
{
	struct host host = { .name = q->name };
	struct target t = { .name = &q->name };
	char detail[VERDICT_TEXT_MAX] = "only addresses are answered";
	char flag[VERDICT_TEXT_MAX] = "";
	uint32_t h = hash(&q->name);

	if (!is_allowed) {
		if (h == p->dns_last)
			return;
		p->dns_last = h;
		verdict_detail(v, &t, detail);
		verdict_flag(v, &t, flag);
	}
	events_tell(p, "net.dns", &host, 0, (struct words_of){ detail, flag });
}

/* The number of a name that may be reached; negative errno when there is no room for one more. */
static int number_of(struct proxy *p, const struct host_name *name)
{
	int number = names_find(&p->names, name);
	enum budget_hit hit = budget_dns(&p->budget, number < 0, p->loop.now_ms);

	if (hit == BUDGET_OK && number < 0)
		number = names_add(&p->names, name);
	if (hit == BUDGET_OK && number < 0)
		hit = BUDGET_DNS_NAMES;
	if (hit == BUDGET_OK)
		return number;
	events_budget(p, NULL, hit);
	return -ENOSPC;
}

int dns_reply(struct proxy *p, const uint8_t *query, size_t n, struct dns_message *ret)
{
	struct dns_query q;
	struct dns_answer a = { .rcode = DNS_REFUSED };
	struct host host = { 0 };
	struct verdict v = { .reason = VERDICT_MISSING };
	struct addr addr;
	bool is_allowed = false;
	int number;

	if (dns_query_parse(query, n, &q) < 0)
		return -EBADMSG;
	host.name = q.name;
	if (q.fault == DNS_NOERROR && q.has_name) {
		v = conn_judge(p, &host, 0, NULL);
		is_allowed = v.reason == VERDICT_ALLOWED;
	}
	dns_decide(&q, is_allowed, NULL, &a);
	if (a.rcode == DNS_NOERROR) {
		number = number_of(p, &q.name);
		if (number >= 0) {
			addr = names_addr((size_t)number);
			dns_decide(&q, true, &addr, &a);
		} else {
			a = (struct dns_answer){ .rcode = DNS_REFUSED };
		}
	} else if (a.rcode == DNS_REFUSED && q.has_name) {
		tell_refused(p, &q, &v, is_allowed);
	}
	dns_answer_build(query, &q, &a, ret);
	return 0;
}
