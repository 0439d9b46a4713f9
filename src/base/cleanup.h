/* SPDX-License-Identifier: Apache-2.0 */
/* Cleanup attributes: what a scope acquires, the scope gives back. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* For a `type *` variable: calls free() on it at the end of the scope. */
#define AUTO_FREE CLEANUP(cleanup_free)

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

/*
 * ptr_take - hand a pointer over to another owner.
 * @p: the variable that owns it; NULL afterwards
 */
#define ptr_take(p)                                                                                \
	({                                                                                         \
		__typeof__(*(p)) ptr_take_ = *(p);                                                 \
		*(p) = NULL;                                                                       \
		ptr_take_;                                                                         \
	})

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
