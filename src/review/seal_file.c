/* SPDX-License-Identifier: Apache-2.0 */
/* The file `seal` in the store of root 0: the host's state of each changed path. */
#include "review/seal_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

#define NAME_SIZE 40

int seal_load(const struct review_root *roots, struct rows *ret, struct err *e)
{
	int r;

	if (faccessat(roots[0].store, "seal", F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	r = rows_load(ret, roots[0].store, "seal", e);
	if (r == 0)
		rows_sort(ret);
	return r;
}

int seal_save(const struct review_root *roots, struct rows *t, struct err *e)
{
	rows_sort(t);
	return rows_save(t, roots[0].store, "seal", e);
}

void seal_row_of(const struct node *n, struct row *ret)
{
	ret->num[ROW_MODE] = n->mode;
	ret->num[ROW_SIZE] = n->size;
	ret->num[ROW_MTIME] = n->mtime;
	ret->num[ROW_CTIME] = n->ctime;
	ret->num[ROW_INO] = n->ino;
	ret->num[ROW_DEV] = n->dev;
}

bool seal_row_holds(const struct row *row, const struct node *n)
{
	if (row->num[ROW_MODE] != n->mode)
		return false;
	/* A directory's size and times move with its entries, which are looked at one by one. */
	if (S_ISDIR(n->mode) || !n->mode)
		return true;
	return row->num[ROW_SIZE] == n->size && row->num[ROW_MTIME] == n->mtime &&
	       row->num[ROW_CTIME] == n->ctime && row->num[ROW_INO] == n->ino;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void row_follow(struct row *row, const struct node *n)
{
	struct node same = *n;

	same.ctime = row->num[ROW_CTIME];
	if (n->mode && seal_row_holds(row, &same))
		row->num[ROW_CTIME] = n->ctime;
}

int seal_follow(const struct review_root *roots, struct rows *seal, const struct rows *moved)
{
	AUTO_FREE uint64_t *ino = calloc(moved->n + 1, sizeof(*ino));
	size_t i, n = 0;

	if (!ino)
		return -ENOMEM;
	for (i = 0; i < moved->n; i++) {
		if (moved->v[i].num[ROW_OLD_INO])
			ino[n++] = moved->v[i].num[ROW_OLD_INO];
	}
	qsort(ino, n, sizeof(*ino), by_number);
	for (i = 0; i < seal->n && n > 0; i++) {
		struct row *row = &seal->v[i];
		struct node now;

		if (!(row->num[ROW_FLAGS] & SEAL_APPLIED) &&
		    bsearch(&row->num[ROW_INO], ino, n, sizeof(*ino), by_number) &&
		    node_at(roots[row->num[ROW_ROOT]].fd, row->a, &now) == 0)
			row_follow(row, &now);
	}
	return 0;
}

int seal_text_save(const struct review_root *root, uint64_t number, const struct buf *text,
		   struct err *e)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "base.%llu", (unsigned long long)number);
	return file_write(root->store, name, text->p, text->n, e);
}

int seal_text_load(const struct review_root *root, uint64_t number, struct buf *text)
{
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "base.%llu", (unsigned long long)number);
	return file_read(root->store, name, text, NULL);
}
