/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of HTTP/2: their heads, read and written. */
#include "proxy/h2_frame.h"

#include <errno.h>
#include <stdbool.h>

#include "base/buf.h"

#define PRIORITY_BYTES 5
#define STREAM_MASK 0x7fffffffu

/* Which streams a frame may be of. */
enum of { OF_STREAM, OF_CONNECTION, OF_BOTH };

/* What a type says of its frames; @unit is what the length is a multiple of. */
static const struct {
	enum of of;
	size_t min;
	size_t max;
	size_t unit;
} types[H2_TYPE_END] = {
	[H2_DATA] = { OF_STREAM, 0, H2_PAYLOAD_MAX, 1 },
	[H2_HEADERS] = { OF_STREAM, 0, H2_PAYLOAD_MAX, 1 },
	[H2_PRIORITY] = { OF_STREAM, 5, 5, 1 },
	[H2_RST_STREAM] = { OF_STREAM, 4, 4, 1 },
	[H2_SETTINGS] = { OF_CONNECTION, 0, H2_PAYLOAD_MAX, H2_SETTING_BYTES },
	[H2_PUSH_PROMISE] = { OF_STREAM, 4, H2_PAYLOAD_MAX, 1 },
	[H2_PING] = { OF_CONNECTION, 8, 8, 1 },
	[H2_GOAWAY] = { OF_CONNECTION, 8, H2_PAYLOAD_MAX, 1 },
	[H2_WINDOW_UPDATE] = { OF_BOTH, 4, 4, 1 },
	[H2_CONTINUATION] = { OF_STREAM, 0, H2_PAYLOAD_MAX, 1 },
};

uint32_t h2_number(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return ((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]) &
	       STREAM_MASK;
}

static bool is_right(const struct h2_frame *f)
{
	size_t n = f->payload.n;

	if (f->type >= H2_TYPE_END)
		return true;
	if (n < types[f->type].min || n > types[f->type].max || n % types[f->type].unit != 0)
		return false;
	if (f->type == H2_SETTINGS && (f->flags & H2_ACK) != 0 && n > 0)
		return false;
	return types[f->type].of == OF_BOTH ||
	       (f->stream == 0) == (types[f->type].of == OF_CONNECTION);
}

int h2_frame_parse(const char *p, size_t n, struct h2_frame *ret)
{
	const uint8_t *b = (const uint8_t *)p;
	struct h2_frame f = { 0 };
	size_t length;

	if (n < H2_HEAD)
		return 0;
	length = (size_t)b[0] << 16 | (size_t)b[1] << 8 | b[2];
	if (length > H2_PAYLOAD_MAX)
		return -EBADMSG;
	if (n < H2_HEAD + length)
		return 0;
	f.type = b[3];
	f.flags = b[4];
	f.stream = h2_number(p + 5);
	f.payload = (struct http_text){ p + H2_HEAD, length };
	if (!is_right(&f))
		return -EBADMSG;
	*ret = f;
	return (int)(H2_HEAD + length);
}

int h2_frame_content(const struct h2_frame *f, struct http_text *ret)
{
	struct http_text t = f->payload;

	if ((f->flags & H2_PADDED) != 0) {
		size_t pad;

		if (t.n == 0)
			return -EBADMSG;
		pad = (uint8_t)t.p[0];
		if (pad > t.n - 1)
			return -EBADMSG;
		t.p++;
		t.n -= 1 + pad;
	}
	if (f->type == H2_HEADERS && (f->flags & H2_HAS_PRIORITY) != 0) {
		if (t.n < PRIORITY_BYTES)
			return -EBADMSG;
		t.p += PRIORITY_BYTES;
		t.n -= PRIORITY_BYTES;
	}
	*ret = t;
	return 0;
}

void h2_put(const struct h2_frame *f, struct buf *out)
{
	size_t n = f->payload.n;
	uint32_t stream = f->stream;
	uint8_t head[H2_HEAD] = { (uint8_t)(n >> 16),
				  (uint8_t)(n >> 8),
				  (uint8_t)n,
				  f->type,
				  f->flags,
				  (uint8_t)(stream >> 24),
				  (uint8_t)(stream >> 16),
				  (uint8_t)(stream >> 8),
				  (uint8_t)stream };

	buf_add(out, head, sizeof(head));
	buf_add(out, f->payload.p, n);
}

void h2_put_number(enum h2_type type, uint32_t stream, uint32_t v, struct buf *out)
{
	char b[4] = { (char)(uint8_t)(v >> 24), (char)(uint8_t)(v >> 16), (char)(uint8_t)(v >> 8),
		      (char)(uint8_t)v };
	struct h2_frame f = { (uint8_t)type, 0, stream, { b, sizeof(b) } };

	h2_put(&f, out);
}

void h2_put_fields(uint32_t stream, uint8_t flags, const struct http_text *block, struct buf *out)
{
	struct http_text rest = *block;
	struct h2_frame f = { .type = H2_HEADERS, .flags = flags, .stream = stream };

	do {
		size_t part = rest.n < H2_PAYLOAD_MAX ? rest.n : H2_PAYLOAD_MAX;

		f.payload = (struct http_text){ rest.p, part };
		rest.p += part;
		rest.n -= part;
		if (rest.n == 0)
			f.flags |= H2_END_HEADERS;
		h2_put(&f, out);
		f.type = H2_CONTINUATION;
		f.flags = 0;
	} while (rest.n > 0);
}
