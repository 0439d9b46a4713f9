/* SPDX-License-Identifier: Apache-2.0 */
/* The line difference gives back the new text, stays within its bound, and merges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "review/merge.h"
#include "review/textdiff.h"
#include "review/unified.h"

static size_t edits_between(const char *x, const char *y)
{
	CLEANUP(text_done) struct text a = { 0 };
	CLEANUP(text_done) struct text b = { 0 };
	CLEANUP(edits_done) struct edits d = { 0 };
	AUTO_BUF struct buf out = BUF_INIT(1 << 24);

	assert_int_equal(text_init(&a, x, strlen(x)), 0);
	assert_int_equal(text_init(&b, y, strlen(y)), 0);
	assert_int_equal(textdiff(&a, &b, &d), 0);
	textdiff_apply(&a, &b, &d, NULL, &out);
	assert_int_equal(out.n, strlen(y));
	assert_memory_equal(out.p ? out.p : "", y, out.n);
	return d.n;
}

static void edits_give_the_new_text(void **state)
{
	(void)state;
	assert_int_equal(edits_between("", ""), 0);
	assert_int_equal(edits_between("", "a\n"), 1);
	assert_int_equal(edits_between("a\n", ""), 1);
	assert_int_equal(edits_between("a\nb\nc\n", "a\nx\nc\n"), 1);
	assert_int_equal(edits_between("a\nb\nc\nd\n", "x\nb\nc\ny\n"), 2);
	assert_int_equal(edits_between("a\nb", "a\nb\n"), 1);
}

static void random_texts_come_back(void **state)
{
	int i, k;

	(void)state;
	srand(1);
	for (i = 0; i < 3000; i++) {
		char x[128] = "", y[128] = "";
		int n = rand() % 60, m = rand() % 60;

		for (k = 0; k < n; k++)
			x[k] = "ab\n"[rand() % 3];
		for (k = 0; k < m; k++)
			y[k] = "ab\n"[rand() % 3];
		(void)edits_between(x, y);
	}
}

static void hostile_texts_stay_bounded(void **state)
{
	AUTO_BUF struct buf x = BUF_INIT(1 << 24);
	AUTO_BUF struct buf y = BUF_INIT(1 << 24);
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		buf_printf(&x, "%d\n", i);
		buf_printf(&y, "%d\n", i * 7 + 1);
	}
	assert_true(edits_between(x.p, y.p) >= 1);
}

/* Lines that match everywhere invite long slides on every diagonal. */
static void periodic_texts_stay_bounded(void **state)
{
	AUTO_BUF struct buf x = BUF_INIT(1 << 24);
	AUTO_BUF struct buf y = BUF_INIT(1 << 24);
	clock_t start = clock();
	int i;

	(void)state;
	for (i = 0; i < 1000000; i++) {
		buf_str(&x, i % 3000 == 5 ? "c\n" : i & 1 ? "a\n" : "b\n");
		buf_str(&y, i % 3001 == 7 ? "d\n" : i & 1 ? "b\n" : "a\n");
	}
	assert_true(edits_between(x.p, y.p) >= 1);
	/* Ten times what it takes with sanitizers. */
	assert_true((clock() - start) / CLOCKS_PER_SEC < 60);
}

/* Past the first bound the difference goes on from where it got. */
static void many_edits_stay_apart(void **state)
{
	AUTO_BUF struct buf x = BUF_INIT(1 << 24);
	AUTO_BUF struct buf y = BUF_INIT(1 << 24);
	int i;

	(void)state;
	for (i = 0; i < 40000; i++) {
		buf_printf(&x, "%d\n", i);
		buf_printf(&y, i % 10 == 3 ? "new %d\n" : "%d\n", i);
	}
	assert_int_equal(edits_between(x.p, y.p), 4000);
}

static int merged(const char *base, const char *ours, const char *theirs, const char *want)
{
	const char *in[3] = { base, ours, theirs };
	struct text t[3];
	AUTO_BUF struct buf out = BUF_INIT(1 << 20);
	int i, r;

	for (i = 0; i < 3; i++)
		assert_int_equal(text_init(&t[i], in[i], strlen(in[i])), 0);
	r = merge3(&t[0], &t[1], &t[2], &out);
	if (r == 0 && want)
		assert_string_equal(out.p ? out.p : "", want);
	for (i = 0; i < 3; i++)
		text_done(&t[i]);
	return r;
}

static void merges_and_conflicts(void **state)
{
	(void)state;
	assert_int_equal(merged("1\n2\n3\n", "1\n2\n3\n", "1\nx\n3\n", "1\nx\n3\n"), 0);
	assert_int_equal(merged("1\n2\n3\n", "y\n2\n3\n", "1\n2\nx\n", "y\n2\nx\n"), 0);
	assert_int_equal(merged("1\n2\n3\n", "1\nx\n3\n", "1\nx\n3\n", "1\nx\n3\n"), 0);
	assert_int_equal(merged("1\n2\n3\n", "1\nx\n3\n", "1\ny\n3\n", NULL), 1);
	assert_int_equal(merged("", "a\n", "b\n", NULL), 1);
	assert_int_equal(merged("1\n", "", "1\n2\n", NULL), 1);
}

static void lines_cannot_steer_the_terminal(void **state)
{
	AUTO_BUF struct buf out = BUF_INIT(1 << 20);

	(void)state;
	unified_line("\ta\\n\x1b[2J\x80", 9, &out);
	assert_string_equal(out.p, "\ta\\n\\x1b[2J\\x80");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edits_give_the_new_text),
		cmocka_unit_test(random_texts_come_back),
		cmocka_unit_test(hostile_texts_stay_bounded),
		cmocka_unit_test(periodic_texts_stay_bounded),
		cmocka_unit_test(many_edits_stay_apart),
		cmocka_unit_test(merges_and_conflicts),
		cmocka_unit_test(lines_cannot_steer_the_terminal),
	};

	return cmocka_run_group_tests_name("textdiff", tests, NULL, NULL);
}
