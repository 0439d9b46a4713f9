/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the option parser. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/opt.h"

#define WORDS_MAX 16

struct args {
	bool quiet;
	bool tty;
	const char *name;
	struct opt_fields fields;
};

static const struct opt opts[] = {
	{ 'q', "quiet", OPT_FLAG, offsetof(struct args, quiet), NULL, "say less" },
	{ 't', "tty", OPT_FLAG, offsetof(struct args, tty), NULL, "terminal" },
	{ 'n', "name", OPT_STR, offsetof(struct args, name), "NAME", "name" },
	{ 'm', "memory", OPT_FIELD, offsetof(struct args, fields), "SIZE", "memory",
	  FIELD_LIMITS_MEMORY },
	{ 0, "read", OPT_FIELD, offsetof(struct args, fields), "PATH", "readable",
	  FIELD_FILES_READ },
	{ 0, "frozen", OPT_FIELD, offsetof(struct args, fields), NULL, "write nothing",
	  FIELD_WORKSPACE_MODE, "readonly" },
	{ 0 },
};

/* The words of one call, parted by blanks; the text lives as long as the caller's buffer. */
static int parse(char *line, int stops, struct args *a, char **ret, struct err *e)
{
	size_t n = 0;

	*a = (struct args){ 0 };
	*e = (struct err){ 0 };
	while (*line != '\0' && n + 1 < WORDS_MAX) {
		ret[n++] = line;
		line += strcspn(line, " ");
		if (*line == ' ')
			*line++ = '\0';
	}
	ret[n] = NULL;
	return opt_parse(opts, stops, a, ret, e);
}

static void every_spelling_is_taken(void **state)
{
	char line[] = "--name=x -qt -m4GiB --read /a --read=/b --frozen rest -- -q";
	char *words[WORDS_MAX];
	struct args a;
	struct err e;

	(void)state;
	assert_int_equal(parse(line, 0, &a, words, &e), 2);
	assert_string_equal(words[0], "rest");
	assert_string_equal(words[1], "-q");
	assert_null(words[2]);
	assert_true(a.quiet && a.tty);
	assert_string_equal(a.name, "x");
	assert_int_equal(a.fields.n, 4);
	assert_string_equal(a.fields.flag[0].text, "4GiB");
	assert_int_equal(a.fields.flag[0].field, FIELD_LIMITS_MEMORY);
	assert_string_equal(a.fields.flag[2].text, "/b");
	assert_string_equal(a.fields.flag[3].text, "readonly");
}

static void stopping_leaves_the_command_alone(void **state)
{
	char line[] = "-q ls -q --name x";
	char *words[WORDS_MAX];
	struct args a;
	struct err e;

	(void)state;
	assert_int_equal(parse(line, 1, &a, words, &e), 4);
	assert_string_equal(words[1], "-q");
	assert_null(a.name);
}

static void a_lone_dash_is_an_operand(void **state)
{
	char line[] = "- -q";
	char *words[WORDS_MAX];
	struct args a;
	struct err e;

	(void)state;
	assert_int_equal(parse(line, 0, &a, words, &e), 1);
	assert_string_equal(words[0], "-");
	assert_true(a.quiet);
}

static void bad_input_is_refused_with_a_hint(void **state)
{
	static const struct {
		const char *line, *hint;
	} cases[] = {
		{ "--memroy 1", "--memory" },
		{ "--memory", "SIZE" },
		{ "-m", "SIZE" },
		{ "-tm", "SIZE" },
		{ "--quiet=yes", "no arg" },
		{ "--name a --name b", "twice" },
		{ "-m 1g --memory=2g", "twice" },
		{ "-x", "-x" },
		{ "--", "" },
		{ "--hlep", "--help" },
		{ "--memory=1g=", "" },
		{ "--=", "unknown" },
		{ "--frozen --frozen", "twice" },
	};
	char *words[WORDS_MAX];
	struct args a;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char line[64];
		bool is_bad = cases[i].hint[0] != '\0';

		snprintf(line, sizeof(line), "%s", cases[i].line);
		assert_int_equal(parse(line, 0, &a, words, &e), is_bad ? -EINVAL : 0);
		assert_non_null(strstr(e.text, cases[i].hint));
		assert_null(strchr(e.text, '\n'));
	}
}

static void too_many_settings_are_refused(void **state)
{
	static char word[] = "--read=/a";
	char *words[OPT_FIELDS_MAX + 2];
	struct args a = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i <= OPT_FIELDS_MAX; i++)
		words[i] = word;
	words[OPT_FIELDS_MAX + 1] = NULL;
	assert_int_equal(opt_parse(opts, 0, &a, words, &e), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_is_taken),
		cmocka_unit_test(stopping_leaves_the_command_alone),
		cmocka_unit_test(a_lone_dash_is_an_operand),
		cmocka_unit_test(bad_input_is_refused_with_a_hint),
		cmocka_unit_test(too_many_settings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
