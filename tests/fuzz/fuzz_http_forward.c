/* SPDX-License-Identifier: Apache-2.0 */
/* Any request head, written anew with secrets: it reads back as the same request. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "proxy/http_forward.h"
#include "proxy/secret.h"

#define OUT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct http_head *a, const struct http_head *b)
{
	if (a->has_host != b->has_host || (a->has_host && !host_is(&a->host, &b->host)) ||
	    a->has_length != b->has_length || a->length != b->length ||
	    a->is_chunked != b->is_chunked || a->minor != b->minor || a->method.n != b->method.n)
		abort();
	if (a->form == HTTP_ABSOLUTE ? b->form != HTTP_ORIGIN : a->form != b->form)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char value[] = "a b&c";
	struct host_rule hosts = { .kind = HOST_RULE_BELOW, .name = { 3, "com" } };
	struct secret secret = { 0,   "placehol", SECRET_HEADER | SECRET_BASIC | SECRET_QUERY,
				 "X", "k",	  &hosts,
				 1 };
	struct http_text values = { value, sizeof(value) - 1 };
	struct secret_site site = { &secret, 1, &values, NULL, 443, 0, -1 };
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	struct http_head before = { 0 };
	struct http_head after = { 0 };

	if (http_head_parse((const char *)data, size, &before) != HTTP_HEAD_WHOLE ||
	    before.form == HTTP_AUTHORITY || !before.has_host)
		return 0;
	site.host = &before.host;
	if (http_forward_build(&before, &site, -1, &out) < 0)
		abort();
	/* Secrets may make it longer than what is taken. */
	if (out.n > HTTP_HEAD_MAX)
		return 0;
	if (http_head_parse(out.p, out.n, &after) != HTTP_HEAD_WHOLE || after.bytes != out.n)
		abort();
	check(&before, &after);
	return 0;
}
