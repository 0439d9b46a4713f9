/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the table format of manifest, seal and journal. */
#include <stddef.h>
#include <stdint.h>

#include "review/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rows t = { 0 };

	if (rows_parse(&t, data, size) == 0) {
		rows_sort(&t);
		(void)rows_find(&t, 0, "path");
	}
	rows_done(&t);
	return 0;
}
