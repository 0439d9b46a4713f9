/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a DNS query. */
#include "proxy/dns_query.h"

#include <errno.h>
#include <string.h>

#define NAME_WIRE_MAX 255
#define LABEL_MAX 63
#define UDP_MIN 512

/* A position in a message; @bad sticks once something lies beyond its end. */
struct cursor {
	const uint8_t *p;
	size_t n;
	size_t at;
	bool bad;
};

static const uint8_t *take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p + c->at;

	if (c->bad || n > c->n - c->at) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	return p;
}

static uint16_t take_u16(struct cursor *c)
{
	const uint8_t *p = take(c, 2);

	return p == NULL ? 0 : (uint16_t)((unsigned int)p[0] << 8 | p[1]);
}

static uint8_t take_u8(struct cursor *c)
{
	const uint8_t *p = take(c, 1);

	return p == NULL ? 0 : p[0];
}

/*
 * Reads a name without compression. It has a text only when no label holds a dot, which would
 * read as two labels.
 */
static void take_name(struct cursor *c, struct dns_query *q)
{
	char text[NAME_WIRE_MAX];
	size_t start = c->at;
	size_t n = 0;
	bool is_text = true;

	for (uint8_t len = take_u8(c); len != 0 && !c->bad; len = take_u8(c)) {
		const uint8_t *label = len <= LABEL_MAX ? take(c, len) : NULL;

		if (label == NULL || c->at - start >= NAME_WIRE_MAX) {
			c->bad = true;
			return;
		}
		is_text = is_text && memchr(label, '.', len) == NULL;
		memcpy(text + n, label, len);
		n += len;
		text[n++] = '.';
	}
	q->has_name = is_text && !c->bad && n > 0 && host_name_parse(text, n - 1, &q->name) == 0;
}

/* Reads an OPT record; anything else beside the question has no place in a query. */
static enum dns_rcode take_extra(struct cursor *c, struct dns_query *q)
{
	uint8_t root = take_u8(c);
	uint16_t type = take_u16(c);
	uint16_t udp_max = take_u16(c);
	uint8_t version;

	(void)take_u8(c);
	version = take_u8(c);
	(void)take_u16(c);
	(void)take(c, take_u16(c));
	if (c->bad || root != 0 || type != DNS_TYPE_OPT)
		return DNS_FORMERR;
	q->has_edns = true;
	if (udp_max > UDP_MIN)
		q->udp_max = udp_max < DNS_ANSWER_MAX ? udp_max : DNS_ANSWER_MAX;
	return version == 0 ? DNS_NOERROR : DNS_BADVERS;
}

static enum dns_rcode take_question(struct cursor *c, struct dns_query *q)
{
	uint16_t questions = take_u16(c);
	uint16_t answers = take_u16(c);
	uint16_t servers = take_u16(c);
	uint16_t extras = take_u16(c);
	enum dns_rcode rcode = DNS_NOERROR;
	uint16_t class;

	if ((q->flags & DNS_FLAG_OPCODE) != 0)
		return DNS_NOTIMP;
	if (questions != 1 || answers != 0 || servers != 0 || extras > 1 ||
	    (q->flags & DNS_FLAG_CUT) != 0)
		return DNS_FORMERR;
	take_name(c, q);
	q->type = take_u16(c);
	class = take_u16(c);
	if (c->bad)
		return DNS_FORMERR;
	q->end = c->at;
	if (extras == 1)
		rcode = take_extra(c, q);
	if (c->at != c->n)
		return DNS_FORMERR;
	return rcode == DNS_NOERROR && class != DNS_CLASS_IN ? DNS_REFUSED : rcode;
}

int dns_query_parse(const uint8_t *p, size_t n, struct dns_query *ret)
{
	struct cursor c = { p, n, 0, false };
	struct dns_query q = { .udp_max = UDP_MIN };

	if (n < DNS_HEADER)
		return -EBADMSG;
	q.id = take_u16(&c);
	q.flags = take_u16(&c);
	if ((q.flags & DNS_FLAG_ANSWER) != 0)
		return -EBADMSG;
	q.fault = take_question(&c, &q);
	*ret = q;
	return 0;
}
