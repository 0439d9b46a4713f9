/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the error object: codes pass through, texts are cut and never overrun. */
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void err_set_fills_and_returns_the_code(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, -EINVAL, "line %d: %s", 3, "bad"), -EINVAL);
	assert_int_equal(e.code, -EINVAL);
	assert_string_equal(e.text, "line 3: bad");
}

static void err_sys_adds_the_words(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_sys(&e, -ENOENT, "cannot open %s", "/x"), -ENOENT);
	assert_string_equal(e.text, "cannot open /x: No such file or directory");
}

static void err_in_puts_the_context_before(void **state)
{
	struct err e = { 0 };
	struct err empty = { 0 };

	(void)state;
	err_set(&e, -EPERM, "%s", "100%s is literal");
	assert_int_equal(err_in(&e, -EPERM, "bind %s", "/a"), -EPERM);
	assert_string_equal(e.text, "bind /a: 100%s is literal");
	assert_int_equal(err_in(&empty, -EACCES, "outer"), -EACCES);
	assert_string_equal(empty.text, "outer: Permission denied");
	assert_int_equal(empty.code, -EACCES);
}

static void errors_may_be_nobodys(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, -EIO, "x"), -EIO);
	assert_int_equal(err_sys(NULL, -EIO, "x"), -EIO);
	assert_int_equal(err_in(NULL, -EIO, "x"), -EIO);
}

static void long_texts_are_cut_and_terminated(void **state)
{
	char text[2 * ERR_TEXT_MAX];
	struct err e = { 0 };

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&e, -EIO, "%s", text);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	err_sys(&e, -EIO, "%s", text);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	err_in(&e, -EIO, "b");
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	assert_memory_equal(e.text, "b: aaa", 6);
	for (int n = ERR_TEXT_MAX - 4; n <= ERR_TEXT_MAX; n++) {
		err_set(&e, -EIO, "%.*s", n, text);
		err_in(&e, -EIO, "%.*s", n, text);
		assert_true(memchr(e.text, '\0', sizeof(e.text)) != NULL);
	}
}

/* It crosses a socket between two programs as it is. */
static void errors_are_flat(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct err), 4 + ERR_TEXT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_set_fills_and_returns_the_code),
		cmocka_unit_test(err_sys_adds_the_words),
		cmocka_unit_test(err_in_puts_the_context_before),
		cmocka_unit_test(errors_may_be_nobodys),
		cmocka_unit_test(long_texts_are_cut_and_terminated),
		cmocka_unit_test(errors_are_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
