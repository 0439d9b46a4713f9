/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a policy file: an error or a policy that prints and loads back, never a crash. */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "policy/layer.h"
#include "policy/load.h"
#include "policy/policy.h"
#include "policy/print.h"

#define TEXT_MAX (UINT64_C(16) << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy_sources none = { .home = "/home/u", .cwd = "/work" };
	struct err e = { 0 };
	struct policy *p = NULL;

	if (policy_load_layers(&none, &p, &e) < 0)
		abort();
	if (policy_load_text(p, (const char *)data, size, "in.yaml", &e) == 0) {
		AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);

		policy_yaml(p, &text);
		if (text.err || policy_load_text(p, text.p, text.n, "out.yaml", &e) < 0)
			abort();
	} else if (e.code >= 0 || e.text[0] == '\0') {
		abort();
	}
	policy_free(p);
	return 0;
}
