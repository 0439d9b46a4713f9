/* SPDX-License-Identifier: Apache-2.0 */
/* The client's half of DNS: asks a server for the addresses of a name, reads what it says. */
#include "proxy/dns_lookup.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define WIRE_MAX 255
#define LABEL_MAX 63
#define ALIASES_MAX 8
#define RCODE_BITS 0xfu

/* A name as it goes over the wire, in lower case and without compression. */
struct wire {
	size_t n;
	uint8_t p[WIRE_MAX];
};

/* The message, and a position in it; @bad sticks once something is wrong. */
struct message {
	const uint8_t *p;
	size_t n;
	size_t at;
	bool bad;
};

struct record {
	struct wire owner;
	uint16_t type;
	uint16_t class;
	uint32_t ttl_s;
	size_t at; /* of its data */
	size_t n;
};

static unsigned int take_number(struct message *m, size_t bytes)
{
	unsigned int v = 0;

	if (m->bad || bytes > m->n - m->at) {
		m->bad = true;
		return 0;
	}
	while (bytes-- > 0)
		v = v << 8 | m->p[m->at++];
	return v;
}

static void skip(struct message *m, size_t n)
{
	if (m->bad || n > m->n - m->at)
		m->bad = true;
	else
		m->at += n;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Adds a label and returns whether there was room; the root is one of no bytes. */
static bool add_label(struct wire *w, const uint8_t *p, size_t n)
{
	if (n + 1 > sizeof(w->p) - w->n)
		return false;
	w->p[w->n++] = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		w->p[w->n++] = lower(p[i]);
	return true;
}

/* Reads a name; pointers lead to where an earlier part of the message begins, and ever further. */
static void take_wire(struct message *m, struct wire *ret)
{
	size_t start = m->at; /* pointers must lead before this */
	size_t after = 0;     /* where to go on, once a pointer was followed */

	ret->n = 0;
	for (;;) {
		unsigned int len = take_number(m, 1);

		if (len > LABEL_MAX) {
			size_t to = (len & 0x3f) << 8 | take_number(m, 1);

			if (after == 0)
				after = m->at;
			m->bad = m->bad || (len & 0xc0) != 0xc0 || to >= start;
			start = to;
			m->at = m->bad ? m->at : to;
			continue;
		}
		if (m->bad || len > m->n - m->at || !add_label(ret, m->p + m->at, len)) {
			m->bad = true;
			return;
		}
		m->at += len;
		if (len == 0)
			break;
	}
	if (after > 0)
		m->at = after;
}

static void wire_of(const struct host_name *name, struct wire *ret)
{
	const uint8_t *p = (const uint8_t *)name->text;
	size_t start = 0;

	/* A host name of 253 bytes takes 255 on the wire, so there is always room. */
	ret->n = 0;
	for (size_t i = 0; i <= name->n; i++) {
		if (i < name->n && p[i] != '.')
			continue;
		(void)add_label(ret, p + start, i - start);
		start = i + 1;
	}
	(void)add_label(ret, p, 0);
}

static bool wire_is(const struct wire *a, const struct wire *b)
{
	return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

size_t dns_lookup_build(const struct dns_lookup *lookup, uint8_t ret[DNS_LOOKUP_MAX])
{
	uint8_t head[DNS_HEADER] = { (uint8_t)(lookup->id >> 8), (uint8_t)lookup->id, 1, 0, 0, 1 };
	uint8_t tail[4] = { 0, (uint8_t)lookup->type, 0, DNS_CLASS_IN };
	struct wire name;

	wire_of(&lookup->name, &name);
	memcpy(ret, head, sizeof(head));
	memcpy(ret + sizeof(head), name.p, name.n);
	memcpy(ret + sizeof(head) + name.n, tail, sizeof(tail));
	return sizeof(head) + name.n + sizeof(tail);
}

static void take_record(struct message *m, struct record *ret)
{
	take_wire(m, &ret->owner);
	ret->type = (uint16_t)take_number(m, 2);
	ret->class = (uint16_t)take_number(m, 2);
	ret->ttl_s = take_number(m, 4);
	ret->n = take_number(m, 2);
	ret->at = m->at;
	skip(m, ret->n);
}

static void add_addr(const struct message *m, const struct record *r, struct dns_found *found)
{
	size_t wanted = r->type == DNS_TYPE_A ? 4 : 16;

	/* One that is not as long as its type says is as good as none. */
	if (r->n == wanted && found->n < DNS_ADDRS_MAX)
		(void)addr_from_bytes(m->p + r->at, r->n, &found->addrs[found->n++]);
}

/* What is looked for: the name, that of an alias once one was found. */
struct search {
	const struct dns_lookup *lookup;
	size_t records;
	struct wire name;
	struct dns_found *found;
};

/* Reads the name that a CNAME record leads to, which must fill it. */
static int take_alias(struct message m, const struct record *r, struct wire *ret)
{
	m.at = r->at;
	take_wire(&m, ret);
	return !m.bad && m.at == r->at + r->n ? 0 : -EBADMSG;
}

/* Goes through the records once. Returns 1 when the name is an alias, 0 when not, -EBADMSG. */
static int walk(struct message m, struct search *s)
{
	struct wire alias = { 0 };

	for (size_t i = 0; i < s->records; i++) {
		struct record r;

		take_record(&m, &r);
		if (m.bad)
			return -EBADMSG;
		if (r.class != DNS_CLASS_IN || !wire_is(&r.owner, &s->name) ||
		    (r.type != s->lookup->type && r.type != DNS_TYPE_CNAME))
			continue;
		if (r.ttl_s < s->found->ttl_s)
			s->found->ttl_s = r.ttl_s;
		if (r.type == s->lookup->type)
			add_addr(&m, &r, s->found);
		else if (take_alias(m, &r, &alias) < 0)
			return -EBADMSG;
	}
	if (alias.n == 0 || s->found->n > 0)
		return 0;
	s->name = alias;
	return 1;
}

/* What the flags of an answer say; 0 when its records are worth reading. */
static int fault_of(unsigned int flags)
{
	switch ((enum dns_rcode)(flags & RCODE_BITS)) {
	case DNS_NOERROR:
		return (flags & DNS_FLAG_CUT) != 0 ? -EMSGSIZE : 0;
	case DNS_NXDOMAIN:
		return -ENOENT;
	case DNS_REFUSED:
	case DNS_NOTIMP:
		return -ECONNREFUSED;
	case DNS_FORMERR:
	case DNS_SERVFAIL:
	case DNS_BADVERS:
		break;
	}
	return -EAGAIN;
}

/* Reads header and question, which must be those of the lookup; returns the number of records. */
static int take_head(struct message *m, const struct dns_lookup *lookup, unsigned int *ret_flags)
{
	unsigned int id = take_number(m, 2);
	unsigned int flags = take_number(m, 2);
	unsigned int questions = take_number(m, 2);
	unsigned int records = take_number(m, 2);
	struct wire wanted;
	struct wire asked;

	skip(m, 4);
	take_wire(m, &asked);
	wire_of(&lookup->name, &wanted);
	if (id != lookup->id || (flags & (DNS_FLAG_ANSWER | DNS_FLAG_OPCODE)) != DNS_FLAG_ANSWER ||
	    questions != 1 || !wire_is(&asked, &wanted))
		return -EBADMSG;
	if (take_number(m, 2) != (unsigned int)lookup->type || take_number(m, 2) != DNS_CLASS_IN ||
	    m->bad)
		return -EBADMSG;
	*ret_flags = flags;
	return (int)records;
}

int dns_lookup_parse(const struct dns_lookup *lookup, const uint8_t *p, size_t n,
		     struct dns_found *ret)
{
	struct dns_found found = { .ttl_s = UINT32_MAX };
	struct search s = { .lookup = lookup, .found = &found };
	struct message m = { p, n, 0, false };
	unsigned int flags = 0;
	int more;
	int r;

	r = take_head(&m, lookup, &flags);
	if (r < 0)
		return r;
	s.records = (size_t)r;
	r = fault_of(flags);
	if (r < 0)
		return r;
	wire_of(&lookup->name, &s.name);
	more = 1;
	for (int i = 0; i <= ALIASES_MAX && more == 1; i++)
		more = walk(m, &s);
	if (more < 0)
		return more;
	*ret = found;
	return 0;
}
