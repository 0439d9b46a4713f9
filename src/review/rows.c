/* SPDX-License-Identifier: Apache-2.0 */
/* The one file format of a review: rows of numbers and two strings. */
#include "review/rows.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"

#define MAGIC "TCROWS1\n"
#define MAGIC_LEN 8
#define FILE_MAX ((size_t)1 << 30)
#define STRING_MAX 65536

void rows_done(struct rows *t)
{
	arena_done(&t->arena);
	free(t->v);
	*t = (struct rows){ 0 };
}

static int rows_grow(struct rows *t)
{
	size_t cap = t->cap ? t->cap * 2 : 16;
	struct row *v;

	if (t->n < t->cap)
		return 0;
	v = reallocarray(t->v, cap, sizeof(*v));
	if (!v)
		return -ENOMEM;
	t->v = v;
	t->cap = cap;
	return 0;
}

static int add_slices(struct rows *t, const uint64_t *num, const char *s[2], const size_t n[2])
{
	struct row *r;

	t->arena.max = FILE_MAX;
	if (rows_grow(t) < 0)
		return -ENOMEM;
	r = &t->v[t->n];
	memcpy(r->num, num, sizeof(r->num));
	r->a = arena_copy(&t->arena, s[0], n[0]);
	r->b = arena_copy(&t->arena, s[1], n[1]);
	if (!r->a || !r->b)
		return -ENOMEM;
	t->n++;
	return 0;
}

int rows_add(struct rows *t, const struct row *r)
{
	const char *s[2] = { r->a ? r->a : "", r->b ? r->b : "" };
	size_t n[2] = { strlen(s[0]), strlen(s[1]) };

	return add_slices(t, r->num, s, n);
}

struct reader {
	const char *p;
	size_t left;
};

static int take(struct reader *in, void *to, size_t n)
{
	if (in->left < n)
		return -EBADMSG;
	memcpy(to, in->p, n);
	in->p += n;
	in->left -= n;
	return 0;
}

/* A string is its length, then bytes without a NUL among them. */
static int take_string(struct reader *in, const char **ret_s, size_t *ret_n)
{
	uint32_t n;

	if (take(in, &n, sizeof(n)) < 0 || n > STRING_MAX || n > in->left)
		return -EBADMSG;
	if (n && memchr(in->p, '\0', n))
		return -EBADMSG;
	*ret_s = in->p;
	*ret_n = n;
	in->p += n;
	in->left -= n;
	return 0;
}

static int take_row(struct rows *t, struct reader *in)
{
	uint64_t num[ROW_NUMS];
	const char *s[2];
	size_t n[2];

	if (take(in, num, sizeof(num)) < 0 || take_string(in, &s[0], &n[0]) < 0 ||
	    take_string(in, &s[1], &n[1]) < 0)
		return -EBADMSG;
	return add_slices(t, num, s, n);
}

int rows_parse(struct rows *t, const void *p, size_t n)
{
	struct reader in = { p, n };
	char magic[MAGIC_LEN];
	uint64_t count;
	int r = 0;

	if (take(&in, magic, sizeof(magic)) < 0 || memcmp(magic, MAGIC, MAGIC_LEN) != 0 ||
	    take(&in, &count, sizeof(count)) < 0)
		return -EBADMSG;
	while (count-- > 0 && r == 0)
		r = take_row(t, &in);
	if (r == 0 && in.left)
		r = -EBADMSG;
	return r;
}

int rows_load(struct rows *t, int dir, const char *name, struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(FILE_MAX);
	int r;

	r = file_read(dir, name, &b, e);
	if (r < 0)
		return r;
	r = rows_parse(t, b.p, b.n);
	if (r < 0)
		return err_set(e, r, "%s in the store of this sandbox is damaged", name);
	return 0;
}

static void put_string(struct buf *b, const char *s)
{
	uint32_t n = (uint32_t)strlen(s);

	buf_add(b, &n, sizeof(n));
	buf_add(b, s, n);
}

int rows_save(const struct rows *t, int dir, const char *name, struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(FILE_MAX);
	uint64_t count = t->n;
	size_t i;

	buf_add(&b, MAGIC, MAGIC_LEN);
	buf_add(&b, &count, sizeof(count));
	for (i = 0; i < t->n; i++) {
		buf_add(&b, t->v[i].num, sizeof(t->v[i].num));
		put_string(&b, t->v[i].a);
		put_string(&b, t->v[i].b);
	}
	if (b.err)
		return err_set(e, b.err, "too many rows for %s", name);
	return file_write_synced(dir, name, b.p, b.n, e);
}

static int row_compare(const void *x, const void *y)
{
	const struct row *a = x;
	const struct row *b = y;

	if (a->num[ROW_ROOT] != b->num[ROW_ROOT])
		return a->num[ROW_ROOT] < b->num[ROW_ROOT] ? -1 : 1;
	return strcmp(a->a, b->a);
}

void rows_sort(struct rows *t)
{
	if (t->n > 1)
		qsort(t->v, t->n, sizeof(*t->v), row_compare);
}

struct row *rows_find(const struct rows *t, size_t root, const char *path)
{
	struct row key = { .num[ROW_ROOT] = root, .a = path };

	return t->n ? bsearch(&key, t->v, t->n, sizeof(*t->v), row_compare) : NULL;
}
