/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request to change rules: refused with a reason, or the same when printed again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sandbox/policy_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf text = BUF_INIT(POLICY_REQUEST_BYTES);
	struct policy_request q;
	struct err e = { 0 };
	int r = policy_request_parse((const char *)data, size, &q, &e);

	if (r < 0) {
		must(e.code == r && e.text[0] != '\0');
		return 0;
	}
	policy_request_print(&q, &text);
	must(text.err == 0 && text.n == size && memcmp(text.p, data, size) == 0);
	return 0;
}
