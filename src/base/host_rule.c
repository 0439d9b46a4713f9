/* SPDX-License-Identifier: Apache-2.0 */
/* One rule of network.allow or network.deny: a host pattern with ports. */
#include "base/host_rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define PORT_MAX 65535
#define PORT_DIGITS 5

/* A number from 1 to 65535. */
static int port_parse(const char *p, size_t n, uint16_t *ret)
{
	char digits[PORT_DIGITS + 1] = "";
	uint64_t port;

	if (n == 0 || n > PORT_DIGITS || memchr(p, '\0', n) != NULL)
		return -EINVAL;
	memcpy(digits, p, n);
	if (num_u64(digits, PORT_MAX, &port) < 0 || port == 0)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

static int range_parse(const char *p, size_t n, struct port_range *ret)
{
	const char *dash = n > 0 ? memchr(p, '-', n) : NULL;
	size_t head = dash != NULL ? (size_t)(dash - p) : n;

	if (port_parse(p, head, &ret->first) < 0)
		return -EINVAL;
	ret->last = ret->first;
	if (dash != NULL && port_parse(dash + 1, n - head - 1, &ret->last) < 0)
		return -EINVAL;
	return ret->first <= ret->last ? 0 : -EINVAL;
}

static int ports_parse(const char *p, size_t n, struct host_rule *r)
{
	const char *end = p + n;

	r->n_ports = 0;
	if (n == 1 && *p == '*')
		return 0;
	for (;;) {
		const char *comma = p < end ? memchr(p, ',', (size_t)(end - p)) : NULL;
		size_t len = (size_t)((comma != NULL ? comma : end) - p);

		if (r->n_ports == HOST_RULE_PORTS_MAX ||
		    range_parse(p, len, &r->ports[r->n_ports]) < 0)
			return -EINVAL;
		r->n_ports++;
		if (comma == NULL)
			return 0;
		p = comma + 1;
	}
}

static void ports_default(struct host_rule *r, enum host_rule_list list)
{
	switch (list) {
	case HOST_RULE_ALLOW:
		r->n_ports = 2;
		r->ports[0] = (struct port_range){ 80, 80 };
		r->ports[1] = (struct port_range){ 443, 443 };
		break;
	case HOST_RULE_DENY:
		r->n_ports = 0;
		break;
	case HOST_RULE_SECRET:
		r->n_ports = 1;
		r->ports[0] = (struct port_range){ 443, 443 };
		break;
	}
}

/* How long the host is; what follows is nothing or a colon with ports. */
static size_t host_length(const char *p, size_t n)
{
	const char *end = n > 0 && p[0] == '[' ? memchr(p, ']', n) : NULL;
	const char *colon = n > 0 ? memchr(p, ':', n) : NULL;

	if (end != NULL)
		return (size_t)(end - p) + 1;
	if (colon == NULL || memchr(colon + 1, ':', n - (size_t)(colon + 1 - p)) != NULL)
		return n;
	return (size_t)(colon - p);
}

static int pattern_parse(const char *p, size_t n, struct host_rule *r)
{
	r->kind = HOST_RULE_RANGE;
	if (n > 2 && p[0] == '[')
		return memchr(p, ':', n) != NULL && p[n - 1] == ']'
			       ? cidr_parse(p + 1, n - 2, &r->range)
			       : -EINVAL;
	if (cidr_parse(p, n, &r->range) == 0)
		return 0;
	r->kind = HOST_RULE_NAME;
	if (n > 2 && memcmp(p, "*.", 2) == 0) {
		r->kind = HOST_RULE_BELOW;
		p += 2;
		n -= 2;
	}
	if (host_name_parse(p, n, &r->name) < 0)
		return -EINVAL;
	if (r->kind == HOST_RULE_BELOW && strchr(r->name.text, '.') == NULL)
		return -EINVAL;
	return 0;
}

int host_rule_parse(const char *p, size_t n, enum host_rule_list list, struct host_rule *ret)
{
	size_t len = host_length(p, n);
	struct host_rule r = { 0 };

	if (pattern_parse(p, len, &r) < 0)
		return -EINVAL;
	if (len == n)
		ports_default(&r, list);
	else if (p[len] != ':' || ports_parse(p + len + 1, n - len - 1, &r) < 0)
		return -EINVAL;
	*ret = r;
	return 0;
}

bool host_rule_has_name(const struct host_rule *r, const struct host_name *name)
{
	switch (r->kind) {
	case HOST_RULE_NAME:
		return host_name_is(&r->name, name);
	case HOST_RULE_BELOW:
		return host_name_is_below(name, &r->name);
	case HOST_RULE_RANGE:
		break;
	}
	return false;
}

bool host_rule_has_addr(const struct host_rule *r, const struct addr *addr)
{
	struct addr inner;

	if (r->kind != HOST_RULE_RANGE)
		return false;
	return cidr_has(&r->range, addr) ||
	       (addr_embedded(addr, &inner) && cidr_has(&r->range, &inner));
}

/* The last address of a range. */
static struct addr range_last(const struct cidr *c)
{
	struct addr a = c->net;
	unsigned int bits = a.family == 4 ? 32 : 128;

	for (unsigned int i = c->prefix; i < bits; i++)
		a.bytes[i / 8] |= (uint8_t)(0x80u >> i % 8);
	return a;
}

bool host_rule_names_addr(const struct host_rule *r, const struct addr *addr)
{
	enum addr_class class = addr_classify(addr);
	struct addr last;

	if (r->kind != HOST_RULE_RANGE || !cidr_has(&r->range, addr) || class == ADDR_UNSPECIFIED ||
	    class == ADDR_MULTICAST)
		return false;
	if (r->range.prefix == (addr->family == 4 ? 32 : 128))
		return true;
	last = range_last(&r->range);
	return class != ADDR_METADATA && addr_classify(&r->range.net) == class &&
	       addr_classify(&last) == class;
}

bool host_rule_has_port(const struct host_rule *r, uint16_t port)
{
	if (r->n_ports == 0)
		return true;
	for (size_t i = 0; i < r->n_ports; i++)
		if (port >= r->ports[i].first && port <= r->ports[i].last)
			return true;
	return false;
}

static void host_text(const struct host_rule *r, char ret[HOST_RULE_TEXT_MAX])
{
	char text[ADDR_TEXT_MAX];
	bool is_v6 = r->range.net.family == 6;

	if (r->kind != HOST_RULE_RANGE) {
		snprintf(ret, HOST_RULE_TEXT_MAX, "%s%s", r->kind == HOST_RULE_BELOW ? "*." : "",
			 r->name.text);
		return;
	}
	addr_print(&r->range.net, text);
	if (r->range.prefix == (is_v6 ? 128 : 32))
		snprintf(ret, HOST_RULE_TEXT_MAX, is_v6 ? "[%s]" : "%s", text);
	else
		snprintf(ret, HOST_RULE_TEXT_MAX, is_v6 ? "[%s/%u]" : "%s/%u", text,
			 r->range.prefix);
}

void host_rule_print(const struct host_rule *r, char ret[HOST_RULE_TEXT_MAX])
{
	size_t n;

	host_text(r, ret);
	n = strlen(ret);
	if (r->n_ports == 0)
		snprintf(ret + n, HOST_RULE_TEXT_MAX - n, ":*");
	for (size_t i = 0; i < r->n_ports; i++) {
		const struct port_range *range = &r->ports[i];
		char mark = i == 0 ? ':' : ',';

		n = strlen(ret);
		if (range->first == range->last)
			snprintf(ret + n, HOST_RULE_TEXT_MAX - n, "%c%u", mark, range->first);
		else
			snprintf(ret + n, HOST_RULE_TEXT_MAX - n, "%c%u-%u", mark, range->first,
				 range->last);
	}
}
