/* SPDX-License-Identifier: Apache-2.0 */
/* Any first bytes: what was decided with few of them stands when more come, and it is decided. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct host_name name = { 12, "good.example" };
	enum inspect_result before = INSPECT_MORE;

	for (size_t n = 0; n <= size; n = n < 64 ? n + 1 : n + 997) {
		const char *why = NULL;
		enum inspect_result now = inspect_first(data, n, &name, &why);

		if ((now == INSPECT_BAD) != (why != NULL) ||
		    (n >= INSPECT_MAX && now == INSPECT_MORE))
			abort();
		if (before != INSPECT_MORE && before != now)
			abort();
		before = now;
	}
	return 0;
}
