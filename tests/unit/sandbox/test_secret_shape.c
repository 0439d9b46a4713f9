/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders look like their secrets and say nothing of them. */
#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "sandbox/secret_shape.h"

static void make(const char *value, char ret[SECRET_SHAPE_MAX])
{
	assert_int_equal(secret_shape(value, strlen(value), ret), 0);
}

static void tokens_keep_their_kind_and_length(void **state)
{
	static const char value[] = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
	char one[SECRET_SHAPE_MAX];
	char two[SECRET_SHAPE_MAX];
	size_t same = 0;

	(void)state;
	make(value, one);
	make(value, two);
	assert_memory_equal(one, "ghp_", 4);
	assert_int_equal(strlen(one), strlen(value));
	assert_string_not_equal(one, two);
	for (size_t i = 4; i < strlen(value); i++) {
		same += one[i] == value[i];
		assert_int_equal(isdigit((unsigned char)one[i]) != 0,
				 isdigit((unsigned char)value[i]) != 0);
		assert_int_equal(isupper((unsigned char)one[i]) != 0,
				 isupper((unsigned char)value[i]) != 0);
	}
	assert_true(same < 20);
}

static void hexadecimal_stays_so(void **state)
{
	char shape[SECRET_SHAPE_MAX];

	(void)state;
	make("0f9d2c4e-1b3a-4d5e-8f70-a1b2c3d4e5f6", shape);
	assert_int_equal(strspn(shape, "0123456789abcdef-"), 36);
	assert_int_equal(shape[8], '-');
}

static void short_ones_have_no_shape(void **state)
{
	char shape[SECRET_SHAPE_MAX];

	(void)state;
	make("hunter2", shape);
	assert_memory_equal(shape, "placeholder_", 12);
	assert_int_equal(strlen(shape), 40);
	make("------------------------------------", shape);
	assert_memory_equal(shape, "placeholder_", 12);
}

static void blanks_and_quotes_are_not_kept(void **state)
{
	char shape[SECRET_SHAPE_MAX];

	(void)state;
	make("correct horse \"battery\" staple $and more", shape);
	assert_null(strpbrk(shape, " \"$"));
	assert_int_equal(strlen(shape), 40);
}

static void long_ones_are_cut(void **state)
{
	char value[2000];
	char shape[SECRET_SHAPE_MAX];

	(void)state;
	memset(value, 'x', sizeof(value));
	assert_int_equal(secret_shape(value, sizeof(value), shape), 0);
	assert_int_equal(strlen(shape), SECRET_SHAPE_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_keep_their_kind_and_length),
		cmocka_unit_test(hexadecimal_stays_so),
		cmocka_unit_test(short_ones_have_no_shape),
		cmocka_unit_test(blanks_and_quotes_are_not_kept),
		cmocka_unit_test(long_ones_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
