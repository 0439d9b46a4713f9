/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an HTTP/1 head: fields one by one, and values that lists are made of. */
#include "proxy/http_field.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

#define DIGITS_MAX 19

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

int http_length_parse(const struct http_text *value, uint64_t *ret)
{
	char digits[DIGITS_MAX + 1] = "";

	if (value->n == 0 || value->n > DIGITS_MAX)
		return -EBADMSG;
	memcpy(digits, value->p, value->n);
	return num_u64(digits, INT64_MAX, ret) < 0 ? -EBADMSG : 0;
}

int http_scan(const struct http_text *all, size_t max, size_t *scanned, const char **ret_why)
{
	const char *p = all->p;
	size_t n = all->n < max ? all->n : max;

	for (size_t i = *scanned; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool after_cr = i > 0 && p[i - 1] == '\r';

		*ret_why = "a bare CR or LF";
		if ((c == '\n') != after_cr)
			return -EBADMSG;
		*ret_why = "a control byte";
		if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
			return -EBADMSG;
		*ret_why = "an empty line before the head";
		if (c == '\n' && i == 1)
			return -EBADMSG;
		if (c == '\n' && p[i - 2] == '\n')
			return (int)i + 1;
	}
	*scanned = n;
	*ret_why = "a head that is too long";
	return n < max ? 0 : -E2BIG;
}
