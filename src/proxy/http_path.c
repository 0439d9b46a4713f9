/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of requests: one reading each, and the patterns that rules hold them to. */
#include "proxy/http_path.h"

#include <errno.h>
#include <string.h>

/* The value of a hexadecimal digit, or -1. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that %XX at @p stands for, or -1. */
static int encoded(const char *p, size_t n)
{
	int high = n >= 3 && p[0] == '%' ? digit(p[1]) : -1;
	int low = high >= 0 ? digit(p[2]) : -1;

	return low >= 0 ? high * 16 + low : -1;
}

static int decode(const char *p, size_t n, struct http_path *path)
{
	path->n = 0;
	for (size_t i = 0; i < n && p[i] != '?'; i++) {
		int c = (unsigned char)p[i];

		if (c == '%') {
			c = encoded(p + i, n - i);
			i += 2;
			if (c == '/')
				return -EINVAL;
		}
		if (c < 0x20 || c == 0x7f || c == '\\')
			return -EINVAL;
		if (path->n == sizeof(path->text))
			return -ENAMETOOLONG;
		path->text[path->n++] = (char)c;
	}
	return 0;
}

/* Whether a segment is one that servers leave out, or that leads upwards. */
static bool is_dots(const char *p, size_t n)
{
	const char *end = n > 0 ? memchr(p, ';', n) : NULL;
	size_t len = end != NULL ? (size_t)(end - p) : n;

	return (len == 1 && p[0] == '.') || (len == 2 && p[0] == '.' && p[1] == '.');
}

static bool has_one_reading(const struct http_path *path)
{
	size_t start = 1;

	if (path->n == 0 || path->text[0] != '/')
		return false;
	for (size_t i = 1; i <= path->n; i++) {
		if (i < path->n && path->text[i] != '/') {
			if (encoded(path->text + i, path->n - i) >= 0)
				return false;
			continue;
		}
		if (is_dots(path->text + start, i - start) || (i == start && i < path->n))
			return false;
		start = i + 1;
	}
	return true;
}

int http_path_parse(const char *p, size_t n, struct http_path *ret)
{
	int r = decode(p, n, ret);

	if (r < 0)
		return r;
	return has_one_reading(ret) ? 0 : -EINVAL;
}

/* Where to go on when the bytes differ: a star in the pattern, and the byte it has reached. */
struct retry {
	const char *pattern; /* behind the star; NULL when there is none */
	size_t at;
};

bool http_path_match(const char *pattern, const char *p, size_t n)
{
	struct retry one = { 0 };
	struct retry all = { 0 };
	size_t at = 0;

	while (at < n || *pattern != '\0') {
		if (pattern[0] == '*' && pattern[1] == '*') {
			pattern += 2;
			all = (struct retry){ pattern, at };
			one.pattern = NULL;
		} else if (*pattern == '*') {
			pattern++;
			one = (struct retry){ pattern, at };
		} else if (at < n && *pattern != '\0' && *pattern == p[at]) {
			pattern++;
			at++;
		} else if (one.pattern != NULL && one.at < n && p[one.at] != '/') {
			pattern = one.pattern;
			at = ++one.at;
		} else if (all.pattern != NULL && all.at < n) {
			pattern = all.pattern;
			at = ++all.at;
			one.pattern = NULL;
		} else {
			return false;
		}
	}
	return true;
}
