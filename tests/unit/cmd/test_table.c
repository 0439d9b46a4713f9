/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of tables for people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "cmd/table.h"

static const char *const headings[] = { "ID", "NAME", "COMMAND" };

static char *printed(const struct table *t, size_t width)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_int_equal(table_print(t, f, width), 0);
	fclose(f);
	return text;
}

static void columns_fit_what_is_in_them(void **state)
{
	CLEANUP(table_done) struct table t = { .headings = headings, .columns = 3 };
	AUTO_FREE char *text = NULL;

	(void)state;
	table_row(&t, (const char *const[]){ "1", "b\xc3\xa4r", "make" });
	table_row(&t, (const char *const[]){ "22", NULL, "" });
	text = printed(&t, 0);
	assert_string_equal(text, "ID  NAME  COMMAND\n"
				  "1   b\xc3\xa4r   make\n"
				  "22  -     -\n");
}

static void the_last_column_is_cut_to_the_screen(void **state)
{
	CLEANUP(table_done) struct table t = { .headings = headings, .columns = 3 };
	AUTO_FREE char *text = NULL;
	char *second;

	(void)state;
	table_row(&t, (const char *const[]){ "1", "x", "a command that is longer than the line" });
	text = printed(&t, 30);
	second = strchr(text, '\n') + 1;
	assert_string_equal(second, "1   x     a command that is...\n");
	assert_int_equal(strlen(second), 30 + 1);
}

static void cells_cannot_steer_a_terminal(void **state)
{
	CLEANUP(table_done) struct table t = { .headings = headings, .columns = 3 };
	AUTO_FREE char *text = NULL;

	(void)state;
	table_row(&t, (const char *const[]){ "1", "\x1b[31m", "a\nb" });
	text = printed(&t, 0);
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "a\\nb\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_fit_what_is_in_them),
		cmocka_unit_test(the_last_column_is_cut_to_the_screen),
		cmocka_unit_test(cells_cannot_steer_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
