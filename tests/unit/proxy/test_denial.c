/* SPDX-License-Identifier: Apache-2.0 */
/* Denials: a client can read what is missing, and no text of theirs breaks the reply. */
#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "proxy/denial.h"
#include "proxy/http_reply.h"

#define OUT_MAX 65536

static const char *text(const json_t *body, const char *key)
{
	return json_string_value(json_object_get(body, key));
}

static void body_says_what_would_help(void **state)
{
	struct denial d = { DENIAL_MISSING, "db.example", 5432,
			    "no rule of network.allow names db.example:5432",
			    "--allow db.example:5432" };
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	json_t *body;

	(void)state;
	denial_body(&d, &out);
	body = json_loads(out.p, 0, NULL);
	assert_non_null(body);
	assert_string_equal(text(body, "error"), "policy_denied");
	assert_string_equal(text(body, "host"), "db.example");
	assert_int_equal(json_integer_value(json_object_get(body, "port")), 5432);
	assert_string_equal(text(body, "rule_missing"), "network.allow: db.example:5432");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(body, "next_steps"), 0)),
		"ask the person who started this sandbox to allow it: "
		"--allow db.example:5432");
	json_decref(body);
}

static void every_kind_makes_a_reply(void **state)
{
	(void)state;
	for (int kind = 0; kind < DENIAL_END; kind++) {
		struct denial d = { (enum denial_kind)kind, "", 0, "why", "" };
		AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
		struct http_reply r = { 0 };
		json_t *body;

		denial_reply(&d, false, &out);
		assert_int_equal(out.err, 0);
		assert_int_equal(http_reply_parse(out.p, out.n, false, &r), HTTP_HEAD_WHOLE);
		assert_int_equal(r.status, denial_status(d.kind));
		assert_int_equal(r.bytes + r.length, out.n);
		assert_true(r.wants_close);
		assert_non_null(strstr(out.p, denial_code(d.kind)));
		body = json_loads(out.p + r.bytes, 0, NULL);
		assert_non_null(body);
		json_decref(body);
		denial_reply(&d, true, &out);
		assert_memory_equal(out.p + out.n - 4, "\r\n\r\n", 4);
	}
}

static void hostile_texts_stay_texts(void **state)
{
	struct denial d = { DENIAL_MALFORMED, "a\"b\\c", 1,
			    "x\r\nSet-Cookie: y\r\n\r\n\x1b[31m\xff\xe2\x80\xae\t", "\"" };
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	json_t *body;

	(void)state;
	denial_body(&d, &out);
	assert_null(strchr(out.p, '\r'));
	assert_null(strchr(out.p, '\x1b'));
	body = json_loads(out.p, 0, NULL);
	assert_non_null(body);
	assert_string_equal(text(body, "host"), "a\"b\\c");
	assert_non_null(strstr(text(body, "detail"), "x\\x0d\\nSet-Cookie"));
	json_decref(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(body_says_what_would_help),
		cmocka_unit_test(every_kind_makes_a_reply),
		cmocka_unit_test(hostile_texts_stay_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
