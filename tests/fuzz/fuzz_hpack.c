/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as two blocks of HPACK: sums hold, what is read writes and reads back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "proxy/hpack.h"

#define OUT_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_table(const struct hpack *h)
{
	size_t used = 0;

	for (size_t i = 0; i < h->n; i++)
		used += (size_t)h->entries[i].name + h->entries[i].value + HPACK_ENTRY_COST;
	if (used != h->used || h->used > h->max || h->max > h->limit)
		abort();
}

static void check_written(const struct buf *fields)
{
	AUTO_BUF struct buf block = BUF_INIT((size_t)4 * OUT_MAX);
	AUTO_BUF struct buf again = BUF_INIT((size_t)4 * OUT_MAX);
	struct http_field f;
	struct hpack h;
	size_t at = 0;

	while (hpack_next(fields, &at, &f) > 0)
		hpack_write(&f.name, &f.value, &block);
	if (at != fields->n)
		abort();
	hpack_init(&h, 0);
	if (hpack_read(&h, (const uint8_t *)block.p, block.n, &again) < 0 || again.n != fields->n ||
	    (again.n > 0 && memcmp(again.p, fields->p, again.n) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = size > 0 ? 1 + (size - 1) * data[0] / 256 : 0;
	struct hpack h;

	hpack_init(&h, 512);
	for (size_t at = size > 0; at < size; at = at < half ? half : size) {
		AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
		size_t end = at < half ? half : size;

		if (hpack_read(&h, data + at, end - at, &fields) < 0)
			return 0;
		check_table(&h);
		check_written(&fields);
	}
	return 0;
}
