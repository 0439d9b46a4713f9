/* SPDX-License-Identifier: Apache-2.0 */
/* How far a mistyped word is from a known one. */
#include "cmd/nearest.h"

#include <stdint.h>
#include <string.h>

#define NAME_MAX_BYTES 64

size_t nearest_distance(const char *word, size_t n, const char *name)
{
	size_t row[NAME_MAX_BYTES + 1];
	size_t len = strlen(name);

	if (len > NAME_MAX_BYTES || n > NAME_MAX_BYTES)
		return SIZE_MAX;
	for (size_t k = 0; k <= len; k++)
		row[k] = k;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= len; k++) {
			size_t cost = diagonal + (word[i - 1] != name[k - 1]);
			size_t other = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;

			diagonal = row[k];
			row[k] = cost < other ? cost : other;
		}
	}
	return row[len];
}
