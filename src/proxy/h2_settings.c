/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of HTTP/2 on their way through: what would change more than we know is left out. */
#include "proxy/h2_settings.h"

#include <stddef.h>

#include "base/buf.h"
#include "proxy/hpack.h"

#define SETTINGS_MAX (H2_PAYLOAD_MAX - 2 * H2_SETTING_BYTES) /* room for one more and ours */

enum {
	H2_HEADER_TABLE_SIZE = 1,
	H2_ENABLE_PUSH = 2,
	H2_INITIAL_WINDOW_SIZE = 4,
	H2_MAX_FRAME_SIZE = 5,
	H2_ENABLE_CONNECT_PROTOCOL = 8
};

struct setting {
	unsigned int id;
	uint32_t value;
};

/* All 32 bits count here; those of a stream's number are one fewer. */
static struct setting setting_at(const struct h2_frame *f, size_t at)
{
	const uint8_t *b = (const uint8_t *)f->payload.p + at;

	return (struct setting){ (unsigned int)b[0] << 8 | b[1],
				 (uint32_t)b[2] << 24 | (uint32_t)b[3] << 16 | (uint32_t)b[4] << 8 |
					 b[5] };
}

static void add(struct buf *out, struct setting s)
{
	uint8_t b[H2_SETTING_BYTES] = { (uint8_t)(s.id >> 8),	  (uint8_t)s.id,
					(uint8_t)(s.value >> 24), (uint8_t)(s.value >> 16),
					(uint8_t)(s.value >> 8),  (uint8_t)s.value };

	buf_add(out, b, sizeof(b));
}

static void put(const struct h2_frame *f, const struct buf *settings, struct buf *out)
{
	struct h2_frame changed = { .type = H2_SETTINGS,
				    .flags = f->flags,
				    .payload = { settings->p, settings->n } };

	if (settings->err != 0)
		out->err = settings->err;
	h2_put(&changed, out);
}

void h2_settings_of_client(const struct h2_frame *f, uint32_t *window, struct buf *out)
{
	AUTO_BUF struct buf settings = BUF_INIT(H2_PAYLOAD_MAX);

	if ((f->flags & H2_ACK) != 0) {
		h2_put(f, out);
		return;
	}
	add(&settings, (struct setting){ H2_ENABLE_PUSH, 0 });
	/* What was added takes a place; thousands of settings are cut short. */
	for (size_t at = 0; at < f->payload.n && settings.n <= SETTINGS_MAX;
	     at += H2_SETTING_BYTES) {
		struct setting s = setting_at(f, at);

		if (s.id == H2_INITIAL_WINDOW_SIZE)
			*window = s.value;
		if (s.id != H2_ENABLE_PUSH && s.id != H2_MAX_FRAME_SIZE)
			add(&settings, s);
	}
	put(f, &settings, out);
}

void h2_settings_of_server(const struct h2_frame *f, struct buf *out)
{
	AUTO_BUF struct buf settings = BUF_INIT(H2_PAYLOAD_MAX);

	for (size_t at = 0; at < f->payload.n; at += H2_SETTING_BYTES) {
		struct setting s = setting_at(f, at);

		if (s.id == H2_HEADER_TABLE_SIZE && s.value > HPACK_TABLE_MAX)
			s.value = HPACK_TABLE_MAX;
		if (s.id != H2_MAX_FRAME_SIZE && s.id != H2_ENABLE_CONNECT_PROTOCOL &&
		    s.id != H2_ENABLE_PUSH)
			add(&settings, s);
	}
	put(f, &settings, out);
}
