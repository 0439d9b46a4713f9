/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of arenas: alignment, zeroed memory, the maximum. */
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
	struct arena a = { 0 };
	char *last = NULL;

	(void)state;
	for (size_t n = 1; n < 200; n++) {
		char *p = arena_alloc(&a, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % 16, 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
		assert_ptr_not_equal(p, last);
		last = p;
	}
	arena_done(&a);
	assert_null(a.blocks);
	assert_int_equal(a.used, 0);
}

static void large_pieces_get_blocks_of_their_own(void **state)
{
	struct arena a = { 0 };
	char *small = arena_str(&a, "small");
	char *large = arena_alloc(&a, 1u << 20);

	(void)state;
	assert_non_null(large);
	memset(large, 1, 1u << 20);
	assert_string_equal(small, "small");
	arena_done(&a);
}

static void the_maximum_holds(void **state)
{
	struct arena a = { .max = 100 };

	(void)state;
	assert_null(arena_alloc(&a, 101));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_copy(&a, "", SIZE_MAX));
	assert_non_null(arena_alloc(&a, 90));
	assert_null(arena_alloc(&a, 11));
	for (int i = 0; i < 100; i++)
		(void)arena_alloc(&a, 1);
	assert_true(a.used <= a.max);
	arena_done(&a);
	assert_int_equal(a.max, 100);
	assert_non_null(arena_alloc(&a, 90));
	arena_done(&a);
}

static void copies_are_terminated(void **state)
{
	struct arena a = { 0 };
	char *p = arena_copy(&a, "abc\0def", 7);

	(void)state;
	assert_memory_equal(p, "abc\0def", 8);
	assert_string_equal(arena_copy(&a, NULL, 0), "");
	assert_null(arena_str(&a, NULL));
	assert_string_equal(arena_str(&a, ""), "");
	assert_string_equal(arena_printf(&a, "%s-%03d", "x", 7), "x-007");
	arena_done(&a);
}

static void formatted_text_that_does_not_fit_is_none(void **state)
{
	struct arena a = { .max = 32 };

	(void)state;
	assert_null(arena_printf(&a, "%64d", 1));
	assert_non_null(arena_printf(&a, "%15d", 1));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
		cmocka_unit_test(large_pieces_get_blocks_of_their_own),
		cmocka_unit_test(the_maximum_holds),
		cmocka_unit_test(copies_are_terminated),
		cmocka_unit_test(formatted_text_that_does_not_fit_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
