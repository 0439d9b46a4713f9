/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request head: pieces lead to the verdict of the whole, slices lie within it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/http_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(const struct http_text *t, const char *p, size_t n)
{
	if (t->n > 0 && (t->p < p || t->n > n || t->p > p + n - t->n))
		abort();
}

static void check_whole(const struct http_head *h, const char *p, size_t n)
{
	struct http_text rest = h->fields;
	struct http_text line;
	struct http_field f;

	if (h->bytes > n || memcmp(p + h->bytes - 4, "\r\n\r\n", 4) != 0 ||
	    (h->minor == 1 && !h->has_host) || (h->is_chunked && h->has_length))
		abort();
	check_within(&h->method, p, h->bytes);
	check_within(&h->target, p, h->bytes);
	if (h->form == HTTP_ORIGIN && (h->path.n == 0 || h->path.p[0] != '/'))
		abort();
	while (http_line_next(&rest, &line)) {
		check_within(&line, p, h->bytes);
		if (http_field_parse(&line, &f) < 0)
			abort();
	}
	/* All lines were read: what is left is the empty one. */
	if (rest.n != 2)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct http_head whole = { 0 };
	struct http_head part = { 0 };
	enum http_head_result a = http_head_parse(p, size, &whole);
	enum http_head_result b = HTTP_HEAD_MORE;

	for (size_t n = 0; n <= size && b == HTTP_HEAD_MORE; n += 1 + size / 64)
		b = http_head_parse(p, n, &part);
	if (b == HTTP_HEAD_MORE)
		b = http_head_parse(p, size, &part);
	if (a != b || whole.bytes != part.bytes || whole.status != part.status)
		abort();
	if (a == HTTP_HEAD_WHOLE)
		check_whole(&whole, p, size);
	if (a == HTTP_HEAD_BAD && (whole.status < 400 || whole.why == NULL))
		abort();
	return 0;
}
