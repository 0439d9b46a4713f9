/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the plan's verifier; what it accepts must be safe to print. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "plan/print.h"
#include "plan/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *no_name(unsigned int field)
{
	(void)field;
	return "";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf text = BUF_INIT(1u << 20);
	char *copy = malloc(size + 1);

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	if (plan_verify(copy, size, NULL) == 0)
		plan_print((const struct plan *)(const void *)copy, size % 2 == 0, no_name, &text);
	free(copy);
	return 0;
}
