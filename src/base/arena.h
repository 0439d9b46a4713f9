/* SPDX-License-Identifier: Apache-2.0 */
/* An arena: memory that is made piece by piece and freed whole. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/*
 * struct arena - zero-initialise it; it owns every byte that it hands out.
 * @used: bytes handed out, at most @max
 * @max:  0 means 64 MiB
 */
struct arena {
	struct arena_block *blocks;
	size_t used;
	size_t max;
};

void arena_done(struct arena *a);

/*
 * arena_alloc - zeroed memory, aligned for any type. NULL when memory or the maximum is spent.
 */
void *arena_alloc(struct arena *a, size_t n);

/*
 * arena_copy - a copy of @n bytes with a NUL after them. NULL when memory is spent.
 */
char *arena_copy(struct arena *a, const void *p, size_t n);

/*
 * arena_str - a copy of a string. NULL when memory is spent or @s is NULL.
 */
char *arena_str(struct arena *a, const char *s);

/*
 * arena_printf - a formatted string. NULL when memory is spent.
 */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
