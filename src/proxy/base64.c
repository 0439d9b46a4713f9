/* SPDX-License-Identifier: Apache-2.0 */
/* Base64, as HTTP Basic has it. */
#include "proxy/base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of a letter, or -1. */
static int value(char c)
{
	const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

	return at != NULL ? (int)(at - alphabet) : -1;
}

/* How many letters stand before the padding, or -EINVAL. */
static int letters(const char *p, size_t n)
{
	size_t used = n;

	if (n % 4 != 0 || n > INT32_MAX)
		return -EINVAL;
	while (used > 0 && n - used < 2 && p[used - 1] == '=')
		used--;
	for (size_t i = 0; i < used; i++)
		if (value(p[i]) < 0)
			return -EINVAL;
	return (int)used;
}

int base64_decode(const char *p, size_t n, struct buf *out)
{
	int used = letters(p, n);
	uint32_t bits = 0;
	unsigned int have = 0;

	if (used < 0)
		return used;
	/* Bits that the padding leaves over must be 0, so that there is one spelling. */
	if (used % 4 == 2 && (value(p[used - 1]) & 0xf) != 0)
		return -EINVAL;
	if (used % 4 == 3 && (value(p[used - 1]) & 0x3) != 0)
		return -EINVAL;
	for (int i = 0; i < used; i++) {
		bits = bits << 6 | (uint32_t)value(p[i]);
		have += 6;
		if (have >= 8) {
			char c = (char)(bits >> (have - 8) & 0xff);

			buf_add(out, &c, 1);
			have -= 8;
		}
	}
	return 0;
}

void base64_encode(const char *p, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i < 3 ? n - i : 3;
		uint8_t b[3] = { 0 };
		uint32_t bits;
		char text[4];

		memcpy(b, p + i, left);
		bits = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
		memset(text, '=', sizeof(text));
		for (unsigned int k = 0; k <= left; k++)
			text[k] = alphabet[bits >> (18 - 6 * k) & 0x3f];
		buf_add(out, text, sizeof(text));
	}
}
