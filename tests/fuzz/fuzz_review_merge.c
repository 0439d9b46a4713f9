/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the line difference and the merge: three texts, apart by NUL bytes. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "review/merge.h"
#include "review/textdiff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_diff(const struct text *a, const struct text *b)
{
	CLEANUP(edits_done) struct edits d = { 0 };
	AUTO_BUF struct buf out = BUF_INIT(1 << 24);

	if (textdiff(a, b, &d) < 0)
		return;
	textdiff_apply(a, b, &d, NULL, &out);
	if (out.n != b->n || (b->n && memcmp(out.p, b->p, b->n) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	AUTO_BUF struct buf out = BUF_INIT(1 << 24);
	struct text t[3] = { 0 };
	int i;

	for (i = 0; i < 3; i++) {
		const char *end = size ? memchr(p, '\0', size) : NULL;
		size_t n = end && i < 2 ? (size_t)(end - p) : size;

		if (text_init(&t[i], p, n) < 0)
			return 0;
		p += n;
		size -= n;
		if (size && i < 2) {
			p++;
			size--;
		}
	}
	check_diff(&t[0], &t[1]);
	check_diff(&t[0], &t[2]);
	(void)merge3(&t[0], &t[1], &t[2], &out);
	for (i = 0; i < 3; i++)
		text_done(&t[i]);
	return 0;
}
