/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of plans in words: one line an operation, whatever the strings hold; JSON that reads. */
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "plan/plan.h"
#include "plan/print.h"

#define TEXT_MAX 65536
#define ODD "/a\n\"b\\\x1b[2J\xff\xe2\x80\xae"

static const char *field_name(unsigned int field)
{
	return field == 5 ? "some.field" : "";
}

static void print(bool is_json, struct buf *text)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	AUTO_BUF struct buf out = BUF_INIT(PLAN_BYTES_MAX);
	struct plan_op bind = { .kind = PLAN_BIND, .field = 5, .flags = PLAN_F_READONLY };

	plan_add(&b, bind, ODD, "/from", 5);
	plan_add(&b, bind, "/same", "/same", 5);
	plan_add(&b, (struct plan_op){ .kind = PLAN_RLIMIT, .n = { 7, 99 } }, NULL, NULL, 0);
	plan_add(&b, (struct plan_op){ .kind = PLAN_PIVOT }, NULL, NULL, 0);
	assert_int_equal(plan_finish(&b, &out, NULL), 0);
	plan_print((const struct plan *)(const void *)out.p, is_json, field_name, text);
	assert_int_equal(text->err, 0);
}

static void words_are_one_line_an_operation(void **state)
{
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);

	(void)state;
	print(false, &text);
	assert_string_equal(text.p, "bind         /a\\n\"b\\\\\\x1b[2J\\xff\\u{202e} from /from "
				    "(read-only)   # some.field\n"
				    "bind         /same (read-only)   # some.field\n"
				    "rlimit       of open files to 99\n"
				    "pivot       \n");
}

static void json_is_one_object_a_line(void **state)
{
	static const char *const ops[] = { "bind", "bind", "rlimit", "pivot" };
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const char *line;

	(void)state;
	print(true, &text);
	line = text.p;
	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		size_t n = strcspn(line, "\n");
		json_t *o = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);

		assert_non_null(o);
		assert_string_equal(json_string_value(json_object_get(o, "op")), ops[i]);
		assert_string_equal(json_string_value(json_object_get(o, "field")),
				    i < 2 ? "some.field" : "");
		assert_true(json_is_string(json_object_get(o, "what")));
		json_decref(o);
		line += n + 1;
	}
	assert_int_equal(*line, '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_one_line_an_operation),
		cmocka_unit_test(json_is_one_object_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
