/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a chunked body and as a reply: pieces give the content and the end of the whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/http_body.h"
#include "proxy/http_reply.h"

#define CONTENT_MAX 4096

struct outcome {
	int error;
	size_t taken;
	size_t n;
	char content[CONTENT_MAX];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(const char *p, size_t n, size_t step, struct outcome *o)
{
	struct http_body b;

	*o = (struct outcome){ 0 };
	http_body_init(&b, HTTP_BODY_CHUNKED, 0);
	while (o->taken < n && !b.is_done && o->error == 0) {
		struct http_text data;
		size_t left = n - o->taken;
		int r = http_body_next(&b, p + o->taken, left < step ? left : step, &data);

		if (r == 0 || r > (int)step)
			abort();
		if (r < 0) {
			o->error = r;
			return;
		}
		o->taken += (size_t)r;
		memcpy(o->content + o->n, data.p, data.n);
		o->n += data.n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome whole;
	static struct outcome pieces;
	struct http_reply reply = { 0 };
	const char *p = (const char *)data;

	if (size > CONTENT_MAX)
		return 0;
	take(p, size, CONTENT_MAX, &whole);
	take(p, size, 3, &pieces);
	if (whole.error != pieces.error ||
	    (whole.error == 0 && (whole.taken != pieces.taken || whole.n != pieces.n ||
				  memcmp(whole.content, pieces.content, whole.n) != 0)))
		abort();
	if (http_reply_parse(p, size, false, &reply) == HTTP_HEAD_WHOLE &&
	    (reply.bytes > size || reply.status < 100 || reply.status > 599))
		abort();
	return 0;
}
