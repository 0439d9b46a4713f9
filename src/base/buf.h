/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer with a maximum given at birth and a sticky error. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/*
 * struct buf - bytes being built.
 * @p:   the bytes, terminated by a NUL that @n does not count; NULL when empty
 * @n:   bytes in use
 * @max: most bytes it may ever hold
 * @err: first failure: -ENOMEM or -E2BIG; later appends do nothing
 */
struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;
	int err;
};

#define AUTO_BUF CLEANUP(buf_done)
#define BUF_INIT(maximum) ((struct buf){ .max = (maximum) })

void buf_done(struct buf *b);

/* Each appends; failures stick in @err and are checked once at the end. */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * buf_take - hand over the bytes (terminated; caller frees). Never NULL unless memory ran out.
 */
char *buf_take(struct buf *b);

#endif
