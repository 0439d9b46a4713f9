/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an HTTP/1 head: fields one by one, and values that lists are made of. */
#include "proxy/http_field.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_token_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static struct http_text trim(struct http_text t)
{
	while (t.n > 0 && is_space(t.p[0])) {
		t.p++;
		t.n--;
	}
	while (t.n > 0 && is_space(t.p[t.n - 1]))
		t.n--;
	return t;
}

bool http_line_next(struct http_text *rest, struct http_text *ret)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\r', rest->n) : NULL;
	size_t n;

	if (end == NULL)
		return false;
	n = (size_t)(end - rest->p);
	if (n == 0 || n + 2 > rest->n || end[1] != '\n')
		return false;
	*ret = (struct http_text){ rest->p, n };
	rest->p += n + 2;
	rest->n -= n + 2;
	return true;
}

bool http_is_token(const struct http_text *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!is_token_byte(t->p[i]))
			return false;
	return t->n > 0;
}

int http_field_parse(const struct http_text *line, struct http_field *ret)
{
	const char *colon = line->n > 0 ? memchr(line->p, ':', line->n) : NULL;
	struct http_field f = { .name.p = line->p };

	if (colon == NULL)
		return -EBADMSG;
	f.name.n = (size_t)(colon - line->p);
	f.value = trim((struct http_text){ colon + 1, line->n - f.name.n - 1 });
	if (!http_is_token(&f.name))
		return -EBADMSG;
	for (size_t i = 0; i < f.value.n; i++) {
		unsigned char c = (unsigned char)f.value.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return -EBADMSG;
	}
	*ret = f;
	return 0;
}

bool http_is(const struct http_text *t, const char *word)
{
	return t->n == strlen(word) && strncasecmp(t->p, word, t->n) == 0;
}

bool http_item_next(struct http_text *rest, struct http_text *ret)
{
	while (rest->n > 0) {
		const char *comma = memchr(rest->p, ',', rest->n);
		size_t n = comma != NULL ? (size_t)(comma - rest->p) : rest->n;
		struct http_text item = trim((struct http_text){ rest->p, n });
		size_t step = comma != NULL ? n + 1 : n;

		rest->p += step;
		rest->n -= step;
		if (item.n == 0)
			continue;
		*ret = item;
		return true;
	}
	return false;
}
