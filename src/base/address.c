/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses and ranges: one spelling each, and which of them lead into the world. */
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/num.h"

struct special {
	struct cidr range;
	enum addr_class class;
};

#define V4(a, b, c, d, prefix)                                                                     \
	{                                                                                          \
		{ 4, { a, b, c, d } }, prefix                                                      \
	}
#define V6(prefix, ...)                                                                            \
	{                                                                                          \
		{ 6, { __VA_ARGS__ } }, prefix                                                     \
	}

/* The first row that holds an address decides, so single addresses stand before their ranges. */
static const struct special specials[] = {
	{ V4(169, 254, 169, 254, 32), ADDR_METADATA },
	{ V4(169, 254, 170, 2, 32), ADDR_METADATA },
	{ V4(169, 254, 170, 23, 32), ADDR_METADATA },
	{ V4(168, 63, 129, 16, 32), ADDR_METADATA },
	{ V4(100, 100, 100, 200, 32), ADDR_METADATA },
	{ V4(192, 0, 0, 192, 32), ADDR_METADATA },
	{ V4(0, 0, 0, 0, 8), ADDR_UNSPECIFIED },
	{ V4(10, 0, 0, 0, 8), ADDR_PRIVATE },
	{ V4(100, 64, 0, 0, 10), ADDR_CGNAT },
	{ V4(127, 0, 0, 0, 8), ADDR_LOOPBACK },
	{ V4(169, 254, 0, 0, 16), ADDR_LINK_LOCAL },
	{ V4(172, 16, 0, 0, 12), ADDR_PRIVATE },
	{ V4(192, 0, 0, 0, 24), ADDR_RESERVED },
	{ V4(192, 0, 2, 0, 24), ADDR_RESERVED },
	{ V4(192, 88, 99, 0, 24), ADDR_RESERVED },
	{ V4(192, 168, 0, 0, 16), ADDR_PRIVATE },
	{ V4(198, 18, 0, 0, 15), ADDR_RESERVED },
	{ V4(198, 51, 100, 0, 24), ADDR_RESERVED },
	{ V4(203, 0, 113, 0, 24), ADDR_RESERVED },
	{ V4(224, 0, 0, 0, 4), ADDR_MULTICAST },
	{ V4(240, 0, 0, 0, 4), ADDR_RESERVED },
	{ V4(0, 0, 0, 0, 0), ADDR_GLOBAL },
	{ V6(128, 0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54), ADDR_METADATA },
	{ V6(128, 0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23), ADDR_METADATA },
	{ V6(128, 0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54), ADDR_METADATA },
	{ V6(128, 0), ADDR_UNSPECIFIED },
	{ V6(128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), ADDR_LOOPBACK },
	{ V6(7, 0xfc), ADDR_PRIVATE },
	{ V6(10, 0xfe, 0x80), ADDR_LINK_LOCAL },
	{ V6(10, 0xfe, 0xc0), ADDR_PRIVATE },
	{ V6(8, 0xff), ADDR_MULTICAST },
	{ V6(23, 0x20, 0x01), ADDR_RESERVED },
	{ V6(32, 0x20, 0x01, 0x0d, 0xb8), ADDR_RESERVED },
	{ V6(20, 0x3f, 0xff), ADDR_RESERVED },
	{ V6(3, 0x20), ADDR_GLOBAL },
	{ V6(0, 0), ADDR_RESERVED },
};

static const struct cidr mapped = V6(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
static const struct cidr nat64 = V6(96, 0, 0x64, 0xff, 0x9b);
static const struct cidr six_to_four = V6(16, 0x20, 0x02);

static struct addr v4_of(const uint8_t *p)
{
	struct addr a = { .family = 4 };

	memcpy(a.bytes, p, 4);
	return a;
}

int addr_from_bytes(const void *p, size_t n, struct addr *ret)
{
	struct addr a = { .family = n == 4 ? 4 : 6 };

	if (n != 4 && n != 16)
		return -EINVAL;
	memcpy(a.bytes, p, n);
	*ret = cidr_has(&mapped, &a) ? v4_of(a.bytes + 12) : a;
	return 0;
}

int addr_parse(const char *p, size_t n, struct addr *ret)
{
	char text[ADDR_TEXT_MAX];
	uint8_t bytes[16];
	bool is_v6;

	if (n == 0 || n >= sizeof(text) || memchr(p, '\0', n) != NULL)
		return -EINVAL;
	memcpy(text, p, n);
	text[n] = '\0';
	is_v6 = strchr(text, ':') != NULL;
	/* Held to its alphabet first, whatever more the C library would take. */
	if (strspn(text, is_v6 ? "0123456789abcdefABCDEF:." : "0123456789.") != n)
		return -EINVAL;
	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, text, bytes) != 1)
		return -EINVAL;
	return addr_from_bytes(bytes, is_v6 ? 16 : 4, ret);
}

bool addr_embedded(const struct addr *a, struct addr *ret)
{
	if (cidr_has(&nat64, a)) {
		*ret = v4_of(a->bytes + 12);
		return true;
	}
	if (cidr_has(&six_to_four, a)) {
		*ret = v4_of(a->bytes + 2);
		return true;
	}
	return false;
}

enum addr_class addr_classify(const struct addr *a)
{
	struct addr inner;
	const struct addr *who = addr_embedded(a, &inner) ? &inner : a;

	for (size_t i = 0; i < ARRAY_LEN(specials); i++)
		if (cidr_has(&specials[i].range, who))
			return specials[i].class;
	return ADDR_RESERVED;
}

const char *addr_class_name(enum addr_class c)
{
	static const char *const names[ADDR_END] = {
		[ADDR_GLOBAL] = "global",	  [ADDR_UNSPECIFIED] = "unspecified",
		[ADDR_LOOPBACK] = "loopback",	  [ADDR_PRIVATE] = "private",
		[ADDR_CGNAT] = "carrier-private", [ADDR_LINK_LOCAL] = "link-local",
		[ADDR_METADATA] = "metadata",	  [ADDR_MULTICAST] = "multicast",
		[ADDR_RESERVED] = "reserved",
	};

	return c < ADDR_END ? names[c] : "unknown";
}

void addr_print(const struct addr *a, char ret[ADDR_TEXT_MAX])
{
	if (inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->bytes, ret, ADDR_TEXT_MAX) == NULL)
		ret[0] = '\0';
}

/* Clears the bits beyond the prefix. */
static void cidr_mask(struct cidr *c)
{
	size_t first = c->prefix / 8;

	if (c->prefix % 8 != 0) {
		unsigned int keep = 0xffu << (8 - c->prefix % 8);

		c->net.bytes[first] = (uint8_t)(c->net.bytes[first] & keep);
		first++;
	}
	memset(c->net.bytes + first, 0, sizeof(c->net.bytes) - first);
}

int cidr_parse(const char *p, size_t n, struct cidr *ret)
{
	const char *slash = n > 0 ? memchr(p, '/', n) : NULL;
	size_t host = slash != NULL ? (size_t)(slash - p) : n;
	struct cidr c = { 0 };
	uint64_t prefix;

	if (addr_parse(p, host, &c.net) < 0)
		return -EINVAL;
	prefix = c.net.family == 4 ? 32 : 128;
	if (slash != NULL) {
		char digits[4] = "";
		size_t len = n - host - 1;

		/* A mapped address with a prefix would be a range of two meanings. */
		if (len == 0 || len >= sizeof(digits) || memchr(slash, '\0', len + 1) != NULL ||
		    (c.net.family == 4 && memchr(p, ':', host) != NULL))
			return -EINVAL;
		memcpy(digits, slash + 1, len);
		if (num_u64(digits, prefix, &prefix) < 0)
			return -EINVAL;
	}
	c.prefix = (uint8_t)prefix;
	cidr_mask(&c);
	*ret = c;
	return 0;
}

bool cidr_has(const struct cidr *c, const struct addr *a)
{
	size_t whole = c->prefix / 8;
	unsigned int rest = c->prefix % 8;

	if (c->net.family != a->family || memcmp(c->net.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || (c->net.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}
