/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies and replies: the end is found where every reader finds it, or the message is refused. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/http_body.h"
#include "proxy/http_reply.h"

#define CONTENT_MAX 256

/* Takes a body in pieces of @step bytes; returns the bytes taken, the content in @ret. */
static int take(struct http_body *b, const char *p, size_t n, size_t step, char *ret)
{
	size_t at = 0;
	size_t out = 0;

	while (at < n && !b->is_done) {
		struct http_text data;
		int r = http_body_next(b, p + at, n - at < step ? n - at : step, &data);

		if (r < 0)
			return r;
		assert_true(r > 0 && out + data.n < CONTENT_MAX);
		memcpy(ret + out, data.p, data.n);
		out += data.n;
		at += (size_t)r;
	}
	ret[out] = '\0';
	return (int)at;
}

static void chunks_are_read_in_any_pieces(void **state)
{
	static const char text[] = "5\r\nhello\r\n00A\r\n, world!!!\r\n0\r\nX: y\r\n\r\nGET /";
	char content[CONTENT_MAX];
	struct http_body b;

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		http_body_init(&b, HTTP_BODY_CHUNKED, 0);
		assert_int_equal(take(&b, text, sizeof(text) - 1, step, content),
				 sizeof(text) - 1 - 5);
		assert_true(b.is_done);
		assert_string_equal(content, "hello, world!!!");
	}
}

static void odd_chunks_are_refused(void **state)
{
	static const char *const odd[] = {
		"\r\n",		 "5;a=b\r\n",
		"5 \r\n",	 " 5\r\n",
		"+5\r\n",	 "0x5\r\n",
		"-1\r\n",	 "5\n",
		"5\rx",		 "5\r\nhello\n",
		"5\r\nhello\rx", "5\r\nhellox",
		"g\r\n",	 "1234567890123456\r\n",
		"0\r\n\n",	 "0\r\n x: y\r\n",
		"0\r\n: y\r\n",	 "0\r\nx\n",
		"0\r\n\rx",	 "0\r\nx\x01",
	};
	char content[CONTENT_MAX];
	struct http_body b;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		http_body_init(&b, HTTP_BODY_CHUNKED, 0);
		assert_int_equal(take(&b, odd[i], strlen(odd[i]), 100, content), -EBADMSG);
	}
}

static void other_bodies_end_where_they_should(void **state)
{
	char content[CONTENT_MAX];
	struct http_body b;

	(void)state;
	http_body_init(&b, HTTP_BODY_LENGTH, 5);
	assert_int_equal(take(&b, "helloGET /", 10, 3, content), 5);
	assert_string_equal(content, "hello");
	http_body_init(&b, HTTP_BODY_LENGTH, 0);
	assert_true(b.is_done);
	http_body_init(&b, HTTP_BODY_NONE, 5);
	assert_true(b.is_done);
	http_body_init(&b, HTTP_BODY_UNTIL_CLOSE, 0);
	assert_int_equal(take(&b, "all of it", 9, 4, content), 9);
	assert_false(b.is_done);
	http_body_init(&b, HTTP_BODY_LENGTH, UINT64_MAX);
	assert_int_equal(take(&b, "all of it", 9, 4, content), 9);
}

static void trailers_are_bounded(void **state)
{
	struct http_body b;
	struct http_text data;
	int r = 0;

	(void)state;
	http_body_init(&b, HTTP_BODY_CHUNKED, 0);
	assert_int_equal(http_body_next(&b, "0\r\nx", 4, &data), 4);
	for (int i = 0; i < 10000 && r >= 0; i++)
		r = http_body_next(&b, "x", 1, &data);
	assert_int_equal(r, -EBADMSG);
}

static enum http_head_result parse(const char *text, bool is_head, struct http_reply *r)
{
	*r = (struct http_reply){ 0 };
	return http_reply_parse(text, strlen(text), is_head, r);
}

static void replies_say_how_they_end(void **state)
{
	static const struct {
		const char *text;
		bool is_head;
		enum http_body_kind body;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, HTTP_BODY_LENGTH },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, HTTP_BODY_NONE },
		{ "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n", false, HTTP_BODY_CHUNKED },
		{ "HTTP/1.0 200 OK\r\n\r\n", false, HTTP_BODY_UNTIL_CLOSE },
		{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", false, HTTP_BODY_NONE },
		{ "HTTP/1.1 204 \r\n\r\n", false, HTTP_BODY_NONE },
		{ "HTTP/1.1 100 Continue\r\n\r\n", false, HTTP_BODY_NONE },
		{ "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", false, HTTP_BODY_NONE },
	};
	struct http_reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(parse(rows[i].text, rows[i].is_head, &r), HTTP_HEAD_WHOLE);
		assert_int_equal(r.body, rows[i].body);
		assert_int_equal(r.bytes, strlen(rows[i].text));
	}
	assert_int_equal(parse("HTTP/1.1 404 No\r\nConnection: a, Close\r\n\r\n", false, &r),
			 HTTP_HEAD_WHOLE);
	assert_int_equal(r.status, 404);
	assert_true(r.wants_close);
}

static void odd_replies_are_refused(void **state)
{
	static const char *const odd[] = {
		"HTTP/2 200 OK\r\n\r\n",
		"HTTP/1.2 200 OK\r\n\r\n",
		"HTTP/1.1  200 OK\r\n\r\n",
		"HTTP/1.1 20 OK\r\n\r\n",
		"HTTP/1.1 2000 OK\r\n\r\n",
		"HTTP/1.1 099 OK\r\n\r\n",
		"HTTP/1.1 600 OK\r\n\r\n",
		"ICY 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\nX: y\r\n\r\n",
		"HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
		"HTTP/1.1 200 OK\r\n X: y\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
		"\r\n",
	};
	struct http_reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		assert_int_equal(parse(odd[i], false, &r), HTTP_HEAD_BAD);
		assert_non_null(r.why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_are_read_in_any_pieces),
		cmocka_unit_test(odd_chunks_are_refused),
		cmocka_unit_test(other_bodies_end_where_they_should),
		cmocka_unit_test(trailers_are_bounded),
		cmocka_unit_test(replies_say_how_they_end),
		cmocka_unit_test(odd_replies_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
