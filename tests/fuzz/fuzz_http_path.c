/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as pattern, NUL, path: what is taken holds no second reading, and matching ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/http_path.h"

#define PATTERN_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The plain recursive definition, for short patterns and paths. */
static bool slow_match(const char *pattern, const char *p, size_t n)
{
	if (pattern[0] == '*' && pattern[1] == '*') {
		for (size_t i = 0; i <= n; i++)
			if (slow_match(pattern + 2, p + i, n - i))
				return true;
		return false;
	}
	if (pattern[0] == '*') {
		for (size_t i = 0; i <= n && (i == 0 || p[i - 1] != '/'); i++)
			if (slow_match(pattern + 1, p + i, n - i))
				return true;
		return false;
	}
	if (pattern[0] == '\0')
		return n == 0;
	return n > 0 && p[0] == pattern[0] && slow_match(pattern + 1, p + 1, n - 1);
}

static void check_path(const struct http_path *path)
{
	if (path->n == 0 || path->text[0] != '/' || memchr(path->text, '\0', path->n) != NULL ||
	    memmem(path->text, path->n, "//", 2) != NULL ||
	    memmem(path->text, path->n, "/../", 4) != NULL ||
	    memmem(path->text, path->n, "/./", 3) != NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	static struct http_path path;
	char pattern[PATTERN_MAX];
	const char *target;
	bool holds;
	size_t n;

	if (nul == NULL || (size_t)(nul - data) >= sizeof(pattern))
		return 0;
	memcpy(pattern, data, (size_t)(nul - data) + 1);
	target = (const char *)nul + 1;
	n = size - (size_t)(nul - data) - 1;
	holds = http_path_match(pattern, target, n);
	if (strlen(pattern) <= 8 && n <= 12 && holds != slow_match(pattern, target, n))
		abort();
	if (http_path_parse(target, n, &path) == 0)
		check_path(&path);
	return 0;
}
