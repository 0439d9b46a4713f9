/* SPDX-License-Identifier: Apache-2.0 */
/* First bytes: what speaks HTTP or TLS is known as that, however it is dressed. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/inspect.h"

static const struct host_name name = { 12, "good.example" };

static int look(const void *p, size_t n)
{
	const char *why = NULL;
	int r = inspect_first(p, n, &name, &why);

	assert_true((r == INSPECT_BAD) == (why != NULL));
	return r;
}

static void http_is_known_by_its_version(void **state)
{
	static const char nul[] = "GET /\0 HTTP/1.1\r\n";
	static const char *const texts[] = {
		"GET / HTTP/1.1\r\n",
		"\r\n\n\rGET / HTTP/1.1\r\n",
		"get\t/ http/1.0\n",
		"GET /\xff\x01 HTTP/1.1\r\n",
		"X HTTP/9.9\n",
		"A-METHOD-THAT-IS-LONGER-THAN-ANY-THAT-IS-KNOWN / HTTP/1.1\n",
		"a b c d HTTP/1.1 e\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(look(texts[i], strlen(texts[i])), INSPECT_HTTP);
	assert_int_equal(look(nul, sizeof(nul) - 1), INSPECT_HTTP);
	assert_int_equal(look(nul, 8), INSPECT_MORE);
}

static void what_may_become_http_is_waited_for(void **state)
{
	static const char *const texts[] = { "",      "\r\n",		"G",	    "GET",
					     "GET /", "GET / HTTP/1.1", "\r\nPOST " };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(look(texts[i], strlen(texts[i])), INSPECT_MORE);
}

static void others_are_known_at_once(void **state)
{
	static const char *const texts[] = {
		"SSH-2.0-OpenSSH\r\n", "EHLO me\r\n", "{\"a\":1}", "*1\r\n",
		"@RSYNCD: 31.0\n",     "GET key\r\n", "\x05\x01",  "OPTIONS rtsp://x RTSP/1.0\r\n",
		"(parens) HTTP"
	};
	static const char git[] = "0032git-upload-pack /p.git\0host=x\0";
	static const char amqp[] = "AMQP\0\0\t\1";
	static const char psql[] = "\0\0\0\x8\x4\xd2\x16\x2f";

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_int_equal(look(texts[i], strlen(texts[i])), INSPECT_OTHER);
	assert_int_equal(look(git, sizeof(git)), INSPECT_OTHER);
	assert_int_equal(look(amqp, sizeof(amqp)), INSPECT_OTHER);
	assert_int_equal(look(psql, sizeof(psql)), INSPECT_OTHER);
}

static void what_hides_is_refused(void **state)
{
	static const uint8_t old_hello[] = { 0x80, 0x2e, 0x01, 0x03, 0x01, 0x00 };
	static const uint8_t no_hello[] = { 0x16, 0x03, 0x01, 0x00, 0x04, 0x02, 0x00, 0x00, 0x00 };
	AUTO_FREE char *endless = malloc(INSPECT_MAX);

	(void)state;
	assert_int_equal(look(old_hello, sizeof(old_hello)), INSPECT_BAD);
	assert_int_equal(look(old_hello, 2), INSPECT_MORE);
	assert_int_equal(look(no_hello, sizeof(no_hello)), INSPECT_BAD);
	assert_int_equal(look("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24), INSPECT_BAD);
	assert_non_null(endless);
	memset(endless, 'a', INSPECT_MAX);
	memcpy(endless, "GET /", 5);
	assert_int_equal(look(endless, INSPECT_MAX - 1), INSPECT_MORE);
	assert_int_equal(look(endless, INSPECT_MAX), INSPECT_BAD);
	memset(endless, '\n', INSPECT_MAX);
	assert_int_equal(look(endless, INSPECT_MAX), INSPECT_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_is_known_by_its_version),
		cmocka_unit_test(what_may_become_http_is_waited_for),
		cmocka_unit_test(others_are_known_at_once),
		cmocka_unit_test(what_hides_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
