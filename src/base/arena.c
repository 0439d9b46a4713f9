/* SPDX-License-Identifier: Apache-2.0 */
/* An arena: memory that is made piece by piece and freed whole. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 4000
#define ARENA_MAX (UINT64_C(64) << 20)
#define ARENA_ALIGN 16u

struct arena_block {
	struct arena_block *next;
	size_t used;
	size_t size;
	_Alignas(ARENA_ALIGN) char bytes[];
};

void arena_done(struct arena *a)
{
	while (a->blocks != NULL) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	*a = (struct arena){ .max = a->max };
}

static struct arena_block *block_new(struct arena *a, size_t n)
{
	size_t size = n > ARENA_BLOCK ? n : ARENA_BLOCK;
	struct arena_block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->used = 0;
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t n)
{
	size_t max = a->max ? a->max : ARENA_MAX;
	struct arena_block *b = a->blocks;
	void *p;

	if (__builtin_add_overflow(n, ARENA_ALIGN - 1, &n))
		return NULL;
	n &= ~(size_t)(ARENA_ALIGN - 1);
	if (n > max || a->used > max - n)
		return NULL;
	if (b == NULL || b->size - b->used < n)
		b = block_new(a, n);
	if (b == NULL)
		return NULL;
	p = b->bytes + b->used;
	b->used += n;
	a->used += n;
	memset(p, 0, n);
	return p;
}

char *arena_copy(struct arena *a, const void *p, size_t n)
{
	char *copy = n < SIZE_MAX ? arena_alloc(a, n + 1) : NULL;

	if (copy != NULL && n > 0)
		memcpy(copy, p, n);
	return copy;
}

char *arena_str(struct arena *a, const char *s)
{
	return s != NULL ? arena_copy(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return NULL;
	p = arena_alloc(a, (size_t)n + 1);
	if (p == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
