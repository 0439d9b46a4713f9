/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a connection's requests: in pieces they are cut as they are in one, and it ends. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/http_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What became of a stream: how far it went, and a sum of where its heads were. */
struct outcome {
	size_t from;
	uint64_t heads;
	int is_bad;
};

/* One step; 0 when nothing more comes of the bytes that are there. */
static int step(struct http_stream *s, const char *p, size_t have, struct outcome *o)
{
	struct http_head head;
	size_t now;

	switch (http_stream_next(s, p + o->from, have - o->from, &head)) {
	case HTTP_STEP_HEAD:
		if (head.bytes == 0 || head.bytes > have - o->from)
			abort();
		o->heads = o->heads * 31 + o->from + 1;
		http_stream_begin(s, &head, head.bytes);
		return 1;
	case HTTP_STEP_PASS:
		now = s->pass < have - o->from ? (size_t)s->pass : have - o->from;
		s->pass -= now;
		o->from += now;
		return now > 0;
	case HTTP_STEP_BAD:
		o->is_bad = 1;
		return 0;
	case HTTP_STEP_MORE:
		break;
	}
	return 0;
}

static struct outcome cut(const char *p, size_t n, size_t piece)
{
	struct http_stream s = { 0 };
	struct outcome o = { 0 };
	size_t have = 0;

	do {
		have = n - have > piece ? have + piece : n;
		while (step(&s, p, have, &o))
			continue;
	} while (have < n && !o.is_bad);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	struct outcome whole = cut(p, size, size);
	struct outcome pieces = cut(p, size, 3);

	if (whole.heads != pieces.heads || whole.is_bad != pieces.is_bad ||
	    whole.from != pieces.from)
		abort();
	return 0;
}
