/* SPDX-License-Identifier: Apache-2.0 */
/* Names and their addresses: one for each, stable, and bounded whatever is asked. */
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proxy/names.h"

static struct host_name name_of(const char *text)
{
	struct host_name name;

	assert_int_equal(host_name_parse(text, strlen(text), &name), 0);
	return name;
}

static void each_name_has_one_address(void **state)
{
	struct names t = { .max = 4, .max_bytes = 100, .seed = 7 };
	struct host_name a = name_of("a.com");
	struct host_name b = name_of("b.com");
	struct host_name got;
	struct addr addr;
	char text[ADDR_TEXT_MAX];

	(void)state;
	assert_int_equal(names_find(&t, &a), -ENOENT);
	assert_int_equal(names_add(&t, &a), 0);
	assert_int_equal(names_add(&t, &b), 1);
	assert_int_equal(names_add(&t, &a), 0);
	assert_int_equal(names_find(&t, &b), 1);
	addr = names_addr(1);
	addr_print(&addr, text);
	assert_string_equal(text, "198.18.1.1");
	assert_int_equal(names_of_addr(&t, &addr), 1);
	names_get(&t, 1, &got);
	assert_string_equal(got.text, "b.com");
	*names_bytes(&t, 1) += 5;
	assert_int_equal(*names_bytes(&t, 1), 5);
	addr = names_addr(2);
	assert_int_equal(names_of_addr(&t, &addr), -ENOENT);
	addr = (struct addr){ 4, { 198, 18, 0, 255 } };
	assert_int_equal(names_of_addr(&t, &addr), -ENOENT);
	addr = (struct addr){ 6, { 198, 18, 1, 1 } };
	assert_int_equal(names_of_addr(&t, &addr), -ENOENT);
	names_done(&t);
	assert_int_equal(names_find(&t, &a), -ENOENT);
}

static void room_is_bounded(void **state)
{
	struct names t = { .max = 2, .max_bytes = 8 };
	struct names none = { .max_bytes = 8 };
	struct host_name a = name_of("a.com");
	struct host_name b = name_of("b.com");
	struct host_name c = name_of("c.c");
	struct host_name d = name_of("d");

	(void)state;
	assert_int_equal(names_add(&t, &a), 0);
	assert_int_equal(names_add(&t, &b), -ENOSPC);
	assert_int_equal(names_add(&t, &c), 1);
	assert_int_equal(names_add(&t, &d), -ENOSPC);
	assert_int_equal(names_add(&t, &a), 0);
	assert_int_equal(names_add(&none, &a), -ENOSPC);
	names_done(&t);
}

static void many_names_fit(void **state)
{
	struct names t = { .max = NAMES_MAX, .max_bytes = NAMES_BYTES_MAX, .seed = 1 };
	char text[64];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct host_name name;
		int r;

		snprintf(text, sizeof(text), "n%d.example.com", i);
		name = name_of(text);
		r = names_add(&t, &name);
		assert_int_equal(r, i < NAMES_MAX ? i : -ENOSPC);
		if (r >= 0) {
			struct addr addr = names_addr((size_t)r);

			assert_int_equal(names_of_addr(&t, &addr), r);
			assert_int_equal(addr_classify(&addr), ADDR_RESERVED);
		}
	}
	names_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_has_one_address),
		cmocka_unit_test(room_is_bounded),
		cmocka_unit_test(many_names_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
