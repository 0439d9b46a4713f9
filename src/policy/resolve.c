/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as people write them, made absolute and normal. */
#include "policy/resolve.h"

#include <string.h>

#include "base/arena.h"

static const char *make_absolute(struct arena *a, const char *path, const char *home,
				 const char *cwd)
{
	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
		return arena_printf(a, "%s%s", home, path + 1);
	return path[0] == '/' ? path : arena_printf(a, "%s/%s", cwd, path);
}

/* Appends one component to the @n bytes of @out, or takes one away; returns the new length. */
static size_t component_add(char *out, size_t n, const char *s, size_t len)
{
	if (len == 0 || (len == 1 && s[0] == '.'))
		return n;
	if (len == 2 && s[0] == '.' && s[1] == '.') {
		while (n > 0 && out[--n] != '/')
			continue;
		return n;
	}
	out[n++] = '/';
	memcpy(out + n, s, len);
	return n + len;
}

const char *path_resolve(struct arena *a, const char *path, const char *home, const char *cwd)
{
	const char *s = make_absolute(a, path, home, cwd);
	char *out = s != NULL ? arena_alloc(a, strlen(s) + 2) : NULL;
	size_t n = 0;

	if (out == NULL)
		return NULL;
	while (*s != '\0') {
		size_t len = strcspn(s, "/");

		n = component_add(out, n, s, len);
		s += len + (s[len] == '/');
	}
	if (n == 0)
		out[n++] = '/';
	out[n] = '\0';
	return out;
}
