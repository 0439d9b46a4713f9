/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer with a maximum given at birth and a sticky error. */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BUF_FIRST 256

void buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .max = b->max };
}

/* Makes room for @n more bytes and the terminator. */
static bool buf_room(struct buf *b, size_t n)
{
	size_t need;
	size_t cap = b->cap ? b->cap : BUF_FIRST;
	char *p;

	if (b->err)
		return false;
	if (__builtin_add_overflow(b->n, n, &need) || need > b->max) {
		b->err = -E2BIG;
		return false;
	}
	if (b->p != NULL && need + 1 <= b->cap)
		return true;
	while (cap < need + 1)
		cap *= 2;
	p = realloc(b->p, cap);
	if (p == NULL) {
		b->err = -ENOMEM;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_room(b, n))
		return;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !buf_room(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

char *buf_take(struct buf *b)
{
	char *p;

	if (b->p == NULL)
		buf_add(b, "", 0);
	p = b->p;
	*b = (struct buf){ .max = b->max };
	return p;
}
