/* SPDX-License-Identifier: Apache-2.0 */
/* Turns bytes from outside into text that cannot steer a terminal or mislead a reader. */
#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Decodes one UTF-8 sequence as RFC 3629 has it: no overlong forms, no surrogates.
 * Returns its length, or 0 when the bytes are not valid.
 */
static size_t utf8_decode(const unsigned char *p, size_t n, uint32_t *ret_c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = p[0] < 0x80   ? 1
		     : p[0] < 0xc0 ? 0
		     : p[0] < 0xe0 ? 2
		     : p[0] < 0xf0 ? 3
		     : p[0] < 0xf8 ? 4
				   : 0;
	uint32_t c = p[0];

	if (len == 0 || len > n)
		return 0;
	if (len > 1)
		c = p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = (c << 6) | (p[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret_c = c;
	return len;
}

/* Characters that are invisible or reorder their neighbours (Trojan Source, CVE-2021-42574). */
static bool is_misleading(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0xad, 0xad },	      { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
		{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

static void escape_one(struct buf *b, const unsigned char *p, size_t len, uint32_t c)
{
	if (c == '\n')
		buf_str(b, "\\n");
	else if (c == '\t')
		buf_str(b, "\\t");
	else if (c == '\\')
		buf_str(b, "\\\\");
	else if (c < 0x100 && is_misleading(c))
		buf_printf(b, "\\x%02x", c);
	else if (is_misleading(c))
		buf_printf(b, "\\u{%x}", c);
	else
		buf_add(b, p, len);
}

void buf_escape(struct buf *b, const void *p, size_t n)
{
	const unsigned char *s = p;

	while (n > 0 && !b->err) {
		uint32_t c = 0;
		size_t len = utf8_decode(s, n, &c);

		if (len == 0) {
			buf_printf(b, "\\x%02x", s[0]);
			len = 1;
		} else {
			escape_one(b, s, len, c);
		}
		s += len;
		n -= len;
	}
}

bool escape_is_plain(const void *p, size_t n)
{
	const unsigned char *s = p;

	while (n > 0) {
		uint32_t c = 0;
		size_t len = utf8_decode(s, n, &c);

		if (len == 0 || (is_misleading(c) && c != '\t'))
			return false;
		s += len;
		n -= len;
	}
	return true;
}
