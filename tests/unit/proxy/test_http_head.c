/* SPDX-License-Identifier: Apache-2.0 */
/* Request heads: what is plain is read, what two readers might read differently is refused. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/http_head.h"

#define GET "GET / HTTP/1.1\r\nHost: a.com\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a.com\r\n"

static enum http_head_result parse(const char *text, struct http_head *h)
{
	*h = (struct http_head){ 0 };
	return http_head_parse(text, strlen(text), h);
}

static void assert_text(const struct http_text *t, const char *wanted)
{
	assert_int_equal(t->n, strlen(wanted));
	assert_memory_equal(t->p, wanted, t->n);
}

static void plain_request_is_read(void **state)
{
	static const char text[] =
		"POST /a/b?c=d HTTP/1.1\r\nhost: A.com:8080\r\nContent-Length: 12 "
		"\r\nX:\r\nConnection: keep-alive, close\r\n\r\nbody";
	struct http_field f = { 0 };
	struct http_text line;
	struct http_text rest;
	struct http_head h;
	size_t n = 0;

	(void)state;
	assert_int_equal(parse(text, &h), HTTP_HEAD_WHOLE);
	assert_text(&h.method, "POST");
	assert_text(&h.path, "/a/b?c=d");
	assert_int_equal(h.form, HTTP_ORIGIN);
	assert_int_equal(h.minor, 1);
	assert_string_equal(h.host.name.text, "a.com");
	assert_int_equal(h.port, 8080);
	assert_true(h.has_length);
	assert_int_equal(h.length, 12);
	assert_true(h.wants_close);
	assert_string_equal(text + h.bytes, "body");
	for (rest = h.fields; http_line_next(&rest, &line); n++)
		assert_int_equal(http_field_parse(&line, &f), 0);
	assert_int_equal(n, 4);
	assert_text(&f.name, "Connection");
	assert_text(&f.value, "keep-alive, close");
}

static void forms_of_target_are_read(void **state)
{
	struct http_head h;

	(void)state;
	assert_int_equal(parse("GET HTTP://A.com/x?y HTTP/1.1\r\nHost: a.com:80\r\n\r\n", &h),
			 HTTP_HEAD_WHOLE);
	assert_int_equal(h.form, HTTP_ABSOLUTE);
	assert_text(&h.path, "/x?y");
	assert_string_equal(h.host.name.text, "a.com");
	assert_int_equal(parse("GET http://a.com HTTP/1.0\r\n\r\n", &h), HTTP_HEAD_WHOLE);
	assert_text(&h.path, "/");
	assert_int_equal(parse("CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n", &h),
			 HTTP_HEAD_WHOLE);
	assert_int_equal(h.form, HTTP_AUTHORITY);
	assert_true(h.host.is_address);
	assert_int_equal(h.port, 443);
	assert_int_equal(parse("CONNECT a.com:22 HTTP/1.1\r\nHost: a.com\r\n\r\n", &h),
			 HTTP_HEAD_WHOLE);
	assert_int_equal(parse("OPTIONS * HTTP/1.1\r\nHost: a.com\r\n\r\n", &h), HTTP_HEAD_WHOLE);
	assert_int_equal(h.form, HTTP_ASTERISK);
	assert_int_equal(parse("GET / HTTP/1.0\r\n\r\n", &h), HTTP_HEAD_WHOLE);
	assert_false(h.has_host);
}

static void flags_are_noticed(void **state)
{
	struct http_head h;

	(void)state;
	assert_int_equal(parse(POST "Transfer-Encoding: Chunked\r\n\r\n", &h), HTTP_HEAD_WHOLE);
	assert_true(h.is_chunked);
	assert_int_equal(parse(GET "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", &h),
			 HTTP_HEAD_WHOLE);
	assert_int_equal(h.upgrade, HTTP_UPGRADE_WEBSOCKET);
	assert_int_equal(parse(GET "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
				   "HTTP2-Settings: AAMA\r\n\r\n",
			       &h),
			 HTTP_HEAD_WHOLE);
	assert_int_equal(h.upgrade, HTTP_UPGRADE_OTHER);
	assert_int_equal(parse(GET "X-HTTP-Method-Override: DELETE\r\n\r\n", &h), HTTP_HEAD_WHOLE);
	assert_true(h.has_override);
}

static const char *const ambiguous[] = {
	/* framing */
	POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
	POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
	POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
	POST "Content-Length: 5, 5\r\n\r\n",
	POST "Content-Length: +5\r\n\r\n",
	POST "Content-Length: -1\r\n\r\n",
	POST "Content-Length: 0x5\r\n\r\n",
	POST "Content-Length: \r\n\r\n",
	POST "Content-Length: 9223372036854775808\r\n\r\n",
	POST "Content-Length: 99999999999999999999999\r\n\r\n",
	POST "Content_Length: 5\r\n\r\n",
	POST "Transfer-Encoding: chunked, chunked\r\n\r\n",
	POST "Transfer-Encoding: gzip, chunked\r\n\r\n",
	POST "Transfer-Encoding: identity\r\n\r\n",
	POST "Transfer-Encoding: xchunked\r\n\r\n",
	POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
	POST "Transfer-Encoding:\vchunked\r\n\r\n",
	POST "Transfer-Encoding : chunked\r\n\r\n",
	POST "Transfer-Encoding\t: chunked\r\n\r\n",
	"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
	GET "Connection: close, Host\r\n\r\n",
	GET "Connection: Content-Length\r\n\r\n",
	/* lines */
	"GET / HTTP/1.1\nHost: a.com\n\n",
	"GET / HTTP/1.1\r\nHost: a.com\n\r\n",
	"GET / HTTP/1.1\r\nHost: a.com\rX: y\r\n\r\n",
	GET "X: a\r\n b\r\n\r\n",
	GET " X: a\r\n\r\n",
	GET "\tX: a\r\n\r\n",
	GET "X\r\n\r\n",
	GET ": a\r\n\r\n",
	GET "X y: a\r\n\r\n",
	GET "X\xff: a\r\n\r\n",
	GET "X: a\x01\r\n\r\n",
	GET "X: a\x7f\r\n\r\n",
	"\r\nGET / HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"\nGET / HTTP/1.1\r\nHost: a.com\r\n\r\n",
	/* whom it is for */
	"GET / HTTP/1.1\r\n\r\n",
	"GET / HTTP/1.1\r\nHost:\r\n\r\n",
	GET "Host: a.com\r\n\r\n",
	GET "hOST: b.com\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a.com, b.com\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: u@a.com\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a.com/x\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: 0x7f.1\r\n\r\n",
	"GET http://a.com/ HTTP/1.1\r\nHost: b.com\r\n\r\n",
	"GET http://a.com/ HTTP/1.1\r\nHost: a.com:81\r\n\r\n",
	"GET http://u:p@a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET http:///x HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET http://a.com?x HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET https://a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET ftp://a.com/ HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET a.com HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET * HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"CONNECT a.com HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"CONNECT a.com:443 HTTP/1.1\r\nHost: b.com:443\r\n\r\n",
	"CONNECT a.com:443 HTTP/1.1\r\nHost: a.com:80\r\n\r\n",
	"CONNECT a.com:443 HTTP/1.1\r\nHost: a.com\r\nContent-Length: 3\r\n\r\n",
	"CONNECT http://a.com:443/ HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"CONNECT / HTTP/1.1\r\nHost: a.com\r\n\r\n",
	/* request lines */
	"GET  / HTTP/1.1\r\nHost: a.com\r\n\r\n",
	" GET / HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET / HTTP/1.1 \r\nHost: a.com\r\n\r\n",
	"GET / x HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET\t/ HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET /\r\n\r\n",
	"GET\r\n\r\n",
	"G@T / HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET /#x HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET /\xc3\xbc HTTP/1.1\r\nHost: a.com\r\n\r\n",
	"GET / http/1.1\r\nHost: a.com\r\n\r\n",
	"GET / HTTP/1.10\r\nHost: a.com\r\n\r\n",
	"GET / HTTP/2.0\r\nHost: a.com\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\nHost: a.com\r\n\r\n",
};

static void what_can_be_read_in_two_ways_is_refused(void **state)
{
	struct http_head h;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ambiguous); i++) {
		if (parse(ambiguous[i], &h) != HTTP_HEAD_BAD)
			fail_msg("taken: %s", ambiguous[i]);
		assert_in_range(h.status, 400, 599);
		assert_non_null(h.why);
	}
}

static void every_cut_wants_more(void **state)
{
	static const char text[] = POST "Content-Length: 5\r\nX: y\r\n\r\nabcde";
	struct http_head h = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(text) - 6; n++)
		assert_int_equal(http_head_parse(text, n, &h), HTTP_HEAD_MORE);
	assert_int_equal(http_head_parse(text, sizeof(text) - 6, &h), HTTP_HEAD_WHOLE);
	assert_int_equal(h.bytes, sizeof(text) - 6);
}

static void what_is_wrong_is_seen_before_the_end(void **state)
{
	struct http_head h;

	(void)state;
	assert_int_equal(parse("GET / HTTP/1.1\n", &h), HTTP_HEAD_BAD);
	assert_int_equal(parse("\x16\x03\x01", &h), HTTP_HEAD_BAD);
	h = (struct http_head){ 0 };
	assert_int_equal(http_head_parse("GET /\0", 6, &h), HTTP_HEAD_BAD);
}

static void size_is_bounded(void **state)
{
	static char text[HTTP_HEAD_MAX + 10] = GET "X: ";
	struct http_head h = { 0 };
	size_t n = strlen(text);

	(void)state;
	memset(text + n, 'a', sizeof(text) - n);
	assert_int_equal(http_head_parse(text, HTTP_HEAD_MAX - 1, &h), HTTP_HEAD_MORE);
	assert_int_equal(http_head_parse(text, HTTP_HEAD_MAX, &h), HTTP_HEAD_BAD);
	assert_int_equal(h.status, 431);
	n = (size_t)snprintf(text, sizeof(text), "%s", GET);
	for (size_t i = 0; i < HTTP_FIELDS_MAX - 1; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "X: y\r\n");
	memcpy(text + n, "\r\n", 3);
	assert_int_equal(parse(text, &h), HTTP_HEAD_WHOLE);
	memcpy(text + n, "X: y\r\n\r\n", 9);
	assert_int_equal(parse(text, &h), HTTP_HEAD_BAD);
	assert_int_equal(h.status, 431);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_request_is_read),
		cmocka_unit_test(forms_of_target_are_read),
		cmocka_unit_test(flags_are_noticed),
		cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
		cmocka_unit_test(every_cut_wants_more),
		cmocka_unit_test(what_is_wrong_is_seen_before_the_end),
		cmocka_unit_test(size_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
