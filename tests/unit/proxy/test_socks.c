/* SPDX-License-Identifier: Apache-2.0 */
/* SOCKS 5: CONNECT to a plain host is read, all else is refused with its own reply. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/socks.h"

#define GREET(text) socks_greeting_parse((const uint8_t *)(text), sizeof(text) - 1)
#define PARSE(text, r) socks_request_parse((const uint8_t *)(text), sizeof(text) - 1, r)

static void greeting_wants_no_authentication(void **state)
{
	uint8_t choice[SOCKS_CHOICE_BYTES];

	(void)state;
	assert_int_equal(GREET("\5\1\0"), 3);
	assert_int_equal(GREET("\5\3\2\1\0rest"), 5);
	assert_int_equal(GREET(""), 0);
	assert_int_equal(GREET("\5"), 0);
	assert_int_equal(GREET("\5\2\2"), 0);
	assert_int_equal(GREET("\5\0"), -EACCES);
	assert_int_equal(GREET("\5\1\2"), -EACCES);
	assert_int_equal(GREET("\4\1\0\x50\1\2\3\4\0"), -EPROTONOSUPPORT);
	assert_int_equal(GREET("GET / HTTP/1.1"), -EPROTONOSUPPORT);
	socks_choice_build(3, choice);
	assert_memory_equal(choice, "\5\0", 2);
	socks_choice_build(-EACCES, choice);
	assert_memory_equal(choice, "\5\xff", 2);
}

static void requests_are_read(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		const char *host;
	} rows[] = {
#define ROW(text, host) { text, sizeof(text) - 1, host }
		ROW("\5\1\0\3\6A.com.\1\xbb", "a.com:443"),
		ROW("\5\1\0\3\x8"
		    "10.0.0.5\0\x16",
		    "10.0.0.5:22"),
		ROW("\5\1\0\3\3::1\0\x16", "[::1]:22"),
		ROW("\5\1\0\1\x0a\0\0\5\x15\x38", "10.0.0.5:5432"),
		ROW("\5\1\0\4\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\x50", "[2001:db8::1]:80"),
		ROW("\5\1\0\4\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1\0\x50", "127.0.0.1:80"),
#undef ROW
	};
	struct socks_request r;
	char text[HOST_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const uint8_t *p = (const uint8_t *)rows[i].p;

		for (size_t n = 0; n < rows[i].n; n++)
			assert_int_equal(socks_request_parse(p, n, &r), 0);
		assert_int_equal(socks_request_parse(p, rows[i].n, &r), rows[i].n);
		host_print(&r.host, r.port, text);
		assert_string_equal(text, rows[i].host);
	}
}

static void hostile_requests_are_refused(void **state)
{
	struct socks_request r = { .port = 7 };

	(void)state;
	assert_int_equal(PARSE("\4\1", &r), -EPROTO);
	assert_int_equal(PARSE("\5\2\0\1", &r), -EOPNOTSUPP);
	assert_int_equal(PARSE("\5\3\0\1", &r), -EOPNOTSUPP);
	assert_int_equal(PARSE("\5\1\1", &r), -EPROTO);
	assert_int_equal(PARSE("\5\1\0\2", &r), -EAFNOSUPPORT);
	assert_int_equal(PARSE("\5\1\0\3\0\0\x50", &r), -EINVAL);
	assert_int_equal(PARSE("\5\1\0\3\x0f"
			       "a.com\0.evil.org\0\x50",
			       &r),
			 -EINVAL);
	assert_int_equal(PARSE("\5\1\0\3\6a.com\0\0\x50", &r), -EINVAL);
	assert_int_equal(PARSE("\5\1\0\3\6a\ncom\r\0\x50", &r), -EINVAL);
	assert_int_equal(PARSE("\5\1\0\3\5a_com\0\x50", &r), -EINVAL);
	assert_int_equal(PARSE("\5\1\0\3\6"
			       "0x7f.1\0\x50",
			       &r),
			 -EINVAL);
	assert_int_equal(PARSE("\5\1\0\3\x0a"
			       "2130706433\0\x50",
			       &r),
			 -EINVAL);
	assert_int_equal(PARSE("\5\1\0\3\5a.com\0\0", &r), -EINVAL);
	assert_int_equal(r.port, 7);
}

static void errors_have_replies(void **state)
{
	uint8_t reply[SOCKS_REPLY_BYTES];

	(void)state;
	assert_int_equal(socks_reply_of(3), SOCKS_DONE);
	assert_int_equal(socks_reply_of(-EACCES), SOCKS_DENIED);
	assert_int_equal(socks_reply_of(-ECONNREFUSED), SOCKS_REFUSED);
	assert_int_equal(socks_reply_of(-EOPNOTSUPP), SOCKS_NO_COMMAND);
	assert_int_equal(socks_reply_of(-EIO), SOCKS_FAILED);
	socks_reply_build(SOCKS_DENIED, reply);
	assert_memory_equal(reply, "\5\2\0\1\0\0\0\0\0\0", sizeof(reply));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greeting_wants_no_authentication),
		cmocka_unit_test(requests_are_read),
		cmocka_unit_test(hostile_requests_are_refused),
		cmocka_unit_test(errors_have_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
