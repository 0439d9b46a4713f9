/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the search for what a mistyped name was meant to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/near.h"

static const char *nearest(const char *word)
{
	static const char *const known[] = { "run", "rm", "memory", "mode", "discard", "diff" };
	struct near n = { .word = word };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		near_try(&n, known[i]);
	return n.best != NULL ? n.best : "";
}

static void slips_are_understood(void **state)
{
	(void)state;
	assert_string_equal(nearest("memroy"), "memory");
	assert_string_equal(nearest("rnu"), "run");
	assert_string_equal(nearest("disacrd"), "discard");
	assert_string_equal(nearest("mem"), "memory");
	assert_string_equal(nearest("mod"), "mode");
	assert_string_equal(nearest("dif"), "diff");
}

static void strangers_are_not(void **state)
{
	(void)state;
	assert_string_equal(nearest(""), "");
	assert_string_equal(nearest("fly"), "");
	assert_string_equal(nearest("zzzzzz"), "");
	assert_string_equal(nearest("memorymemorymemorymemorymemorymemorymemory"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips_are_understood),
		cmocka_unit_test(strangers_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
