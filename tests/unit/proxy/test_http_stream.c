/* SPDX-License-Identifier: Apache-2.0 */
/* Requests on one connection: each head is found where the body before it ends, or none is. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/http_stream.h"

#define LINES "Host: a.example\r\n"
#define GET "GET / HTTP/1.1\r\n" LINES "\r\n"
#define POST(fields) "POST / HTTP/1.1\r\n" LINES fields "\r\n"
#define TEXT_MAX 512

/*
 * What a stream is cut into: H for a head, its method's first letter after it; the bytes that pass;
 * "!" for what is refused. Bytes come in pieces of @piece.
 */
static void cut(const char *text, size_t piece, char ret[TEXT_MAX])
{
	struct http_stream s = { 0 };
	struct http_head head;
	size_t from = 0;
	size_t have = 0;
	size_t n = strlen(text);
	size_t out = 0;
	uint64_t passed = 0;

	while (from < n || have < n) {
		enum http_step step = http_stream_next(&s, text + from, have - from, &head);

		if (step == HTTP_STEP_PASS) {
			size_t now = s.pass < have - from ? (size_t)s.pass : have - from;

			s.pass -= now;
			from += now;
			passed += now;
			have = now == 0 && have < n ? have + piece : have;
		} else if (step == HTTP_STEP_HEAD) {
			out += (size_t)snprintf(ret + out, TEXT_MAX - out, "%c ", head.method.p[0]);
			http_stream_begin(&s, &head, head.bytes);
		} else if (step == HTTP_STEP_BAD) {
			out += (size_t)snprintf(ret + out, TEXT_MAX - out, "! ");
			break;
		} else if (have == n) {
			break;
		} else {
			have += piece;
		}
		have = have < n ? have : n;
		if (step == HTTP_STEP_PASS && from == n)
			break;
	}
	snprintf(ret + out, TEXT_MAX - out, "%zu", (size_t)passed);
}

static void check(const char *text, const char *want)
{
	static const size_t pieces[] = { 1, 2, 7, 1000 };
	char got[TEXT_MAX];

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		cut(text, pieces[i], got);
		assert_string_equal(got, want);
	}
}

static void heads_are_found_behind_bodies(void **state)
{
	char want[TEXT_MAX];
	static const char *const texts[] = {
		GET GET,
		POST("Content-Length: 5\r\n") "12345" GET,
		POST("Content-Length: 0\r\n") GET,
		POST("Transfer-Encoding: chunked\r\n") "3\r\nabc\r\n0\r\n\r\n" GET,
		POST("Transfer-Encoding: chunked\r\n") "A\r\n0123456789\r\n00a\r\nGET / "
						       "HTTP\r\n0\r\n\r\n" GET,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		snprintf(want, sizeof(want), "%c G %zu", texts[i][0], strlen(texts[i]));
		check(texts[i], want);
	}
}

static void a_body_passes_before_it_is_there(void **state)
{
	struct http_stream s = { 0 };
	struct http_head head;
	static const char text[] = POST("Content-Length: 9000000000\r\n");

	(void)state;
	assert_int_equal(http_stream_next(&s, text, sizeof(text) - 1, &head), HTTP_STEP_HEAD);
	http_stream_begin(&s, &head, 0);
	assert_int_equal(http_stream_next(&s, text, 0, &head), HTTP_STEP_PASS);
	assert_true(s.pass == 9000000000);
}

static void what_hides_a_request_is_refused(void **state)
{
	static const char *const bodies[] = {
		"3;x=y\r\nabc\r\n0\r\n\r\n",
		"3\nabc\r\n0\r\n\r\n",
		" 3\r\nabc\r\n0\r\n\r\n",
		"0x3\r\nabc\r\n0\r\n\r\n",
		"\r\n",
		"-1\r\n",
		"123456789\r\n",
		"3 \r\nabc\r\n",
	};
	char text[TEXT_MAX];
	char want[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		snprintf(text, sizeof(text), "%s%s", POST("Transfer-Encoding: chunked\r\n"),
			 bodies[i]);
		snprintf(want, sizeof(want), "P ! %zu",
			 strlen(POST("Transfer-Encoding: chunked\r\n")));
		check(text, want);
	}
	check(POST("Transfer-Encoding: chunked\r\n") "3\r\nabcd\r\n", "P ! 70");
	check(POST("Transfer-Encoding: chunked\r\n") "0\r\nX: y\r\n\r\n", "P ! 67");
	check(POST("Content-Length: 3\r\n") "abc\r\n" GET, "P ! 58");
	check(POST("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") "0\r\n\r\n", "! 0");
	check("GET / HTTP/1.1\nHost: a\n\n", "! 0");
}

static void a_refusal_is_for_good(void **state)
{
	struct http_stream s = { 0 };
	struct http_head head;

	(void)state;
	assert_int_equal(http_stream_next(&s, "\r\n", 2, &head), HTTP_STEP_BAD);
	assert_non_null(s.why);
	assert_int_equal(http_stream_next(&s, GET, sizeof(GET) - 1, &head), HTTP_STEP_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_found_behind_bodies),
		cmocka_unit_test(a_body_passes_before_it_is_there),
		cmocka_unit_test(what_hides_a_request_is_refused),
		cmocka_unit_test(a_refusal_is_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
