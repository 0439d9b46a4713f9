/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of growing buffers: maximum, sticky error, terminator, hand-over. */
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void bytes_are_appended_and_terminated(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(64);

	(void)state;
	buf_str(&b, "ab");
	buf_add(&b, "\0c", 2);
	buf_printf(&b, "%d", 42);
	assert_int_equal(b.err, 0);
	assert_int_equal(b.n, 6);
	assert_memory_equal(b.p, "ab\0c42", 7);
}

static void nothing_appended_is_still_a_string(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(0);

	(void)state;
	assert_null(b.p);
	buf_add(&b, NULL, 0);
	assert_int_equal(b.err, 0);
	assert_string_equal(b.p, "");
	buf_str(&b, "");
	buf_printf(&b, "%s", "");
	assert_int_equal(b.err, 0);
	buf_str(&b, "x");
	assert_int_equal(b.err, -E2BIG);
}

static void the_maximum_holds_to_the_byte(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(4);

	(void)state;
	buf_str(&b, "1234");
	assert_int_equal(b.err, 0);
	buf_str(&b, "5");
	assert_int_equal(b.err, -E2BIG);
	assert_string_equal(b.p, "1234");
	/* The error sticks: what would fit again does not make a text with a hole. */
	b.n = 0;
	buf_str(&b, "6");
	buf_printf(&b, "7");
	assert_int_equal(b.n, 0);
	assert_int_equal(b.err, -E2BIG);
}

static void a_size_that_overflows_is_refused(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(SIZE_MAX);

	(void)state;
	buf_str(&b, "x");
	buf_add(&b, "y", SIZE_MAX);
	assert_int_equal(b.err, -E2BIG);
	assert_string_equal(b.p, "x");
}

static void buffers_grow(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(1u << 20);
	char block[1000];

	(void)state;
	memset(block, 'z', sizeof(block));
	for (int i = 0; i < 1000; i++)
		buf_add(&b, block, sizeof(block));
	assert_int_equal(b.err, 0);
	assert_int_equal(b.n, 1000000);
	assert_int_equal(b.p[999999], 'z');
	assert_int_equal(b.p[1000000], '\0');
}

static void taken_bytes_leave_an_empty_buffer(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(8);
	char *p;

	(void)state;
	p = buf_take(&b);
	assert_string_equal(p, "");
	free(p);
	buf_str(&b, "again");
	p = buf_take(&b);
	assert_string_equal(p, "again");
	free(p);
	assert_null(b.p);
	assert_int_equal(b.max, 8);
	buf_str(&b, "12345678");
	assert_int_equal(b.err, 0);
}

static void done_twice_is_fine_and_clears_the_error(void **state)
{
	struct buf b = BUF_INIT(1);

	(void)state;
	buf_str(&b, "ab");
	assert_int_equal(b.err, -E2BIG);
	buf_done(&b);
	buf_done(&b);
	assert_int_equal(b.err, 0);
	assert_int_equal(b.max, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_appended_and_terminated),
		cmocka_unit_test(nothing_appended_is_still_a_string),
		cmocka_unit_test(the_maximum_holds_to_the_byte),
		cmocka_unit_test(a_size_that_overflows_is_refused),
		cmocka_unit_test(buffers_grow),
		cmocka_unit_test(taken_bytes_leave_an_empty_buffer),
		cmocka_unit_test(done_twice_is_fine_and_clears_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
