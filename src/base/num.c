/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers read from text: all of the string, in range, or nothing. */
#include "base/num.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

#define DURATION_MAX_MS (UINT64_C(3650) * 24 * 3600 * 1000)

struct unit {
	const char *name;
	uint64_t factor;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads leading digits; returns how many, 0 when there is none, -ERANGE on overflow. */
static int digits(const char *text, uint64_t *ret_v)
{
	uint64_t v = 0;
	int n = 0;

	for (; is_digit(text[n]); n++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(text[n] - '0'), &v))
			return -ERANGE;
	*ret_v = v;
	return n;
}

int num_u64(const char *text, uint64_t max, uint64_t *ret_v)
{
	uint64_t v = 0;
	int n = digits(text, &v);
	size_t len = strlen(text);

	/* Text that is not all digits is no number, even where its digits overflow. */
	if (len == 0 || strspn(text, "0123456789") != len)
		return -EINVAL;
	if (n < 0 || v > max)
		return -ERANGE;
	*ret_v = v;
	return 0;
}

/* Reads "N" or "N.F" with at most three decimals as thousandths; returns the length or an error. */
static int milli(const char *text, uint64_t *ret_milli)
{
	uint64_t whole = 0;
	uint64_t part = 0;
	int n = digits(text, &whole);
	int decimals = 0;

	if (n <= 0)
		return n < 0 ? n : -EINVAL;
	if (text[n] == '.') {
		decimals = digits(text + n + 1, &part);
		if (decimals < 1 || decimals > 3)
			return -EINVAL;
		n += decimals + 1;
		for (; decimals < 3; decimals++)
			part *= 10;
	}
	if (__builtin_mul_overflow(whole, 1000, &whole) ||
	    __builtin_add_overflow(whole, part, &whole))
		return -ERANGE;
	*ret_milli = whole;
	return n;
}

int num_milli(const char *text, uint64_t max, uint64_t *ret_milli)
{
	uint64_t v = 0;
	int n = milli(text, &v);

	if (n < 0)
		return n;
	if (text[n] != '\0')
		return -EINVAL;
	if (v > max)
		return -ERANGE;
	*ret_milli = v;
	return 0;
}

int num_size(const char *text, uint64_t *ret_bytes)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "b", 1 },
		{ "k", 1ull << 10 },
		{ "kb", 1ull << 10 },
		{ "kib", 1ull << 10 },
		{ "m", 1ull << 20 },
		{ "mb", 1ull << 20 },
		{ "mib", 1ull << 20 },
		{ "g", 1ull << 30 },
		{ "gb", 1ull << 30 },
		{ "gib", 1ull << 30 },
		{ "t", 1ull << 40 },
		{ "tb", 1ull << 40 },
		{ "tib", 1ull << 40 },
	};
	uint64_t v = 0;
	int n = milli(text, &v);

	if (n < 0)
		return n;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		unsigned __int128 bytes = (unsigned __int128)v * units[i].factor / 1000;

		if (strcasecmp(text + n, units[i].name) != 0)
			continue;
		if (bytes > INT64_MAX)
			return -ERANGE;
		*ret_bytes = (uint64_t)bytes;
		return 0;
	}
	return -EINVAL;
}

/* The factor of the unit that starts @text, in milliseconds, and its length; 0 when unknown. */
static uint64_t duration_unit(const char *text, int *ret_len)
{
	static const struct unit units[] = {
		{ "ms", 1 },	      { "s", 1000 },	     { "m", 60 * 1000 },
		{ "h", 3600 * 1000 }, { "d", 86400 * 1000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(text, units[i].name, len) != 0)
			continue;
		*ret_len = (int)len;
		return units[i].factor;
	}
	return 0;
}

/* Adds one "N unit" part; returns its length or an error. */
static int duration_part(const char *text, uint64_t *total)
{
	uint64_t v = 0;
	uint64_t factor;
	int unit_len = 0;
	int n = digits(text, &v);

	if (n <= 0)
		return n < 0 ? n : -EINVAL;
	factor = duration_unit(text + n, &unit_len);
	if (factor == 0)
		return -EINVAL;
	if (__builtin_mul_overflow(v, factor, &v) || __builtin_add_overflow(*total, v, total))
		return -ERANGE;
	return n + unit_len;
}

int num_duration_ms(const char *text, uint64_t *ret_ms)
{
	uint64_t total = 0;
	size_t len = strlen(text);

	if (len == 0)
		return -EINVAL;
	if (strspn(text, "0123456789") == len) {
		int n = digits(text, &total);

		if (n < 0 || __builtin_mul_overflow(total, 1000, &total))
			return -ERANGE;
		text += len;
	}
	while (*text != '\0') {
		int n = duration_part(text, &total);

		if (n < 0)
			return n;
		text += n;
	}
	if (total > DURATION_MAX_MS)
		return -ERANGE;
	*ret_ms = total;
	return 0;
}
