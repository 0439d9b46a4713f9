/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of numbers read from text. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/num.h"

static void num_u64_leaves_value_alone_on_failure(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_int_equal(num_u64("-1", 9, &v), -EINVAL);
	assert_int_equal(num_u64("", 9, &v), -EINVAL);
	assert_int_equal(num_u64("1 ", 9, &v), -EINVAL);
	assert_int_equal(num_u64("10", 9, &v), -ERANGE);
	assert_int_equal(num_u64("99999999999999999999", UINT64_MAX, &v), -ERANGE);
	assert_int_equal(v, 7);
	assert_int_equal(num_u64("18446744073709551615", UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
}

static void num_size_knows_the_units(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_int_equal(num_size("512", &v), 0);
	assert_int_equal(v, 512);
	assert_int_equal(num_size("4GiB", &v), 0);
	assert_true(v == UINT64_C(4) << 30);
	assert_int_equal(num_size("1.5g", &v), 0);
	assert_true(v == UINT64_C(3) << 29);
	assert_int_equal(num_size("-4GiB", &v), -EINVAL);
	assert_int_equal(num_size("4 GiB", &v), -EINVAL);
	assert_int_equal(num_size("9000000000T", &v), -ERANGE);
}

static void num_duration_ms_adds_parts(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_int_equal(num_duration_ms("1h30m", &v), 0);
	assert_int_equal(v, 5400000);
	assert_int_equal(num_duration_ms("90", &v), 0);
	assert_int_equal(v, 90000);
	assert_int_equal(num_duration_ms("500ms", &v), 0);
	assert_int_equal(v, 500);
	assert_int_equal(num_duration_ms("5x", &v), -EINVAL);
	assert_int_equal(num_duration_ms("", &v), -EINVAL);
	assert_int_equal(num_duration_ms("99999999d", &v), -ERANGE);
}

static void num_milli_takes_three_decimals(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_int_equal(num_milli("0.5", 10000, &v), 0);
	assert_int_equal(v, 500);
	assert_int_equal(num_milli("1.2345", 10000, &v), -EINVAL);
	assert_int_equal(num_milli("11", 10000, &v), -ERANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(num_u64_leaves_value_alone_on_failure),
		cmocka_unit_test(num_size_knows_the_units),
		cmocka_unit_test(num_duration_ms_adds_parts),
		cmocka_unit_test(num_milli_takes_three_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
