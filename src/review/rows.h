/* SPDX-License-Identifier: Apache-2.0 */
/* The one file format of a review: rows of numbers and two strings. */
#ifndef REVIEW_ROWS_H
#define REVIEW_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/* What the numbers of a row mean; a file that has no use for one leaves it 0. */
enum row_num {
	ROW_KIND,
	ROW_ROOT,
	ROW_MODE,
	ROW_SIZE,
	ROW_MTIME,
	ROW_CTIME,
	ROW_INO,
	ROW_DEV,
	ROW_FLAGS,
	ROW_OLD_INO,
	ROW_OLD_SIZE,
	ROW_OLD_MTIME,
	ROW_NUMS,
};

struct row {
	uint64_t num[ROW_NUMS];
	const char *a; /* a path; never NULL in a table */
	const char *b;
};

/* struct rows - owns its rows and their strings; zero-initialise it. */
struct rows {
	struct arena arena;
	struct row *v;
	size_t n, cap;
};

void rows_done(struct rows *t);

/* Append a row, copying its strings (NULL becomes ""). Returns 0 or -ENOMEM. */
int rows_add(struct rows *t, const struct row *r);

/*
 * rows_parse - read a whole table; nothing in it is trusted.
 * Returns 0; -EBADMSG when it is cut, too long or has a wrong number; -ENOMEM.
 */
int rows_parse(struct rows *t, const void *p, size_t n);

/* Load from, or save to (with fsync), a file of ours. -ENOENT when there is none. */
int rows_load(struct rows *t, int dir, const char *name, struct err *e);
int rows_save(const struct rows *t, int dir, const char *name, struct err *e);

/* Order by root, then path; then find by both. NULL when absent. */
void rows_sort(struct rows *t);
struct row *rows_find(const struct rows *t, size_t root, const char *path);

#endif
