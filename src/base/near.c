/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the known name that a mistyped one was probably meant to be. */
#include "base/near.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * One row of the edit matrix after another; a swap of neighbours looks two rows back.
 * Both words are at most NEAR_WORD_MAX long.
 */
static size_t distance(const char *a, size_t an, const char *b, size_t bn)
{
	size_t row[3][NEAR_WORD_MAX + 1] = { { 0 } };

	for (size_t j = 0; j <= bn; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= an; i++) {
		size_t *now = row[i % 3];
		const size_t *up = row[(i + 2) % 3];
		const size_t *up2 = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= bn; j++) {
			now[j] = least(up[j] + 1, now[j - 1] + 1);
			now[j] = least(now[j], up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], up2[j - 2] + 1);
		}
	}
	return row[an % 3][bn];
}

void near_try(struct near *n, const char *candidate)
{
	size_t wn = strlen(n->word);
	size_t cn = strlen(candidate);
	size_t cost;

	if (wn > NEAR_WORD_MAX || cn > NEAR_WORD_MAX || wn == 0)
		return;
	/* Half a word that was begun right ("mem" for "memory") is as good as one wrong letter. */
	if (wn >= 3 && strncmp(n->word, candidate, wn) == 0)
		cost = 1;
	else
		cost = distance(n->word, wn, candidate, cn);
	if (cost > (wn + 2) / 3 || (n->best && cost >= n->cost))
		return;
	n->best = candidate;
	n->cost = cost;
}
