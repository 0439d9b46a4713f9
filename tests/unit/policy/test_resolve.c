/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of paths as people write them: made absolute and normal by their text alone. */
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "policy/resolve.h"

static void paths_become_absolute_and_normal(void **state)
{
	static const char *const rows[][2] = {
		{ "/", "/" },
		{ "//a///b//", "/a/b" },
		{ "/a/./b/.", "/a/b" },
		{ "/a/../b", "/b" },
		{ "/../../a", "/a" },
		{ "/a/b/../..", "/" },
		{ "/..", "/" },
		{ "/...", "/..." },
		{ "/a/..b/.c", "/a/..b/.c" },
		{ "~", "/home/u" },
		{ "~/", "/home/u" },
		{ "~/.cargo/bin", "/home/u/.cargo/bin" },
		{ "~/../x", "/home/x" },
		{ "~root/x", "/work/~root/x" },
		{ ".", "/work" },
		{ "", "/work" },
		{ "a", "/work/a" },
		{ "../a", "/a" },
		{ "../../../a", "/a" },
		{ "a\nb\xff", "/work/a\nb\xff" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *path = path_resolve(&a, rows[i][0], "/home/u", "/work");

		assert_string_equal(path, rows[i][1]);
		assert_true(path_normal(path));
		assert_string_equal(path_resolve(&a, path, "/other", "/else"), path);
	}
	arena_done(&a);
}

static void spent_memory_gives_no_path(void **state)
{
	struct arena a = { .max = 8 };

	(void)state;
	assert_null(path_resolve(&a, "/a/long/path/indeed", "/h", "/w"));
	assert_null(path_resolve(&a, "relative", "/h", "/w"));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_become_absolute_and_normal),
		cmocka_unit_test(spent_memory_gives_no_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
