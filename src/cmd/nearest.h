/* SPDX-License-Identifier: Apache-2.0 */
/* How far a mistyped word is from a known one. */
#ifndef CMD_NEAREST_H
#define CMD_NEAREST_H

#include <stddef.h>

#define NEAREST_FAR 3 /* this many changes or more, and it was not meant */

/*
 * nearest_distance - Levenshtein's distance between @n bytes of a word and a name.
 */
size_t nearest_distance(const char *word, size_t n, const char *name);

#endif
