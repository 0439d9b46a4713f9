/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the known name that a mistyped one was probably meant to be. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

#define NEAR_WORD_MAX 40

/*
 * struct near - a search; `struct near n = { .word = "memroy" };`, then near_try for each
 * candidate.
 * @word: what was given (borrowed)
 * @best: nearest candidate so far (borrowed), or NULL while none is near enough to be offered
 * @cost: of @best: insertions, deletions, changes and swaps of neighbours
 */
struct near {
	const char *word;
	const char *best;
	size_t cost;
};

/*
 * near_try - consider one candidate; it is taken when it is nearer than what was seen before and
 * at most a third of the word's length away. Names above NEAR_WORD_MAX bytes are never near.
 */
void near_try(struct near *n, const char *candidate);

#endif
