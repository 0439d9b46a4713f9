/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of escaping: what could steer a terminal or mislead a reader never comes through. */
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/escape.h"

#define OUT_MAX 4096

struct sample {
	const char *bytes;
	size_t n;
	const char *shown;
};

#define SAMPLE(bytes, shown)                                                                       \
	{                                                                                          \
		(bytes), sizeof(bytes) - 1, (shown)                                                \
	}

static void bytes_are_shown_as_they_should_be(void **state)
{
	static const struct sample samples[] = {
		SAMPLE("", ""),
		SAMPLE("plain text, 1 + 1", "plain text, 1 + 1"),
		SAMPLE("a\nb\tc\\", "a\\nb\\tc\\\\"),
		SAMPLE("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
		SAMPLE("a\0b", "a\\x00b"),
		SAMPLE("\r\x7f", "\\x0d\\x7f"),
		SAMPLE("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
		       "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
		/* C1 controls in UTF-8: 0x9b begins a sequence on some terminals. */
		SAMPLE("\xc2\x9b", "\\x9b"),
		/* Right-to-left override, zero width joiner, byte order mark, soft hyphen, tags. */
		SAMPLE("\xe2\x80\xae", "\\u{202e}"),
		SAMPLE("\xe2\x80\x8d", "\\u{200d}"),
		SAMPLE("\xef\xbb\xbf", "\\u{feff}"),
		SAMPLE("\xc2\xad", "\\xad"),
		SAMPLE("\xf3\xa0\x80\x81", "\\u{e0001}"),
		/* Not UTF-8: alone, cut, overlong, a surrogate, too high, a stray continuation. */
		SAMPLE("\xff\xfe", "\\xff\\xfe"),
		SAMPLE("\xe2\x82", "\\xe2\\x82"),
		SAMPLE("\xc0\xaf", "\\xc0\\xaf"),
		SAMPLE("\xe0\x80\xaf", "\\xe0\\x80\\xaf"),
		SAMPLE("\xed\xa0\x80", "\\xed\\xa0\\x80"),
		SAMPLE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"),
		SAMPLE("\x80x", "\\x80x"),
		SAMPLE("\xc3(", "\\xc3("),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		AUTO_BUF struct buf b = BUF_INIT(OUT_MAX);

		buf_escape(&b, samples[i].bytes, samples[i].n);
		assert_int_equal(b.err, 0);
		if (strcmp(b.p != NULL ? b.p : "", samples[i].shown) != 0)
			fail_msg("sample %zu gave %s", i, b.p);
	}
}

/* Whatever two and three bytes are given, what comes out is plain. */
static void what_comes_out_is_plain(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 1u << 18; i++) {
		AUTO_BUF struct buf b = BUF_INIT(OUT_MAX);
		const unsigned char bytes[] = { (unsigned char)(i >> 8), (unsigned char)i,
						(unsigned char)(0x80 | (i >> 12)) };

		buf_escape(&b, bytes, sizeof(bytes));
		if (!escape_is_plain(b.p, b.n) || memchr(b.p, '\n', b.n) || memchr(b.p, '\t', b.n))
			fail_msg("%02x %02x %02x", bytes[0], bytes[1], bytes[2]);
	}
}

static void plain_is_what_would_not_change(void **state)
{
	(void)state;
	assert_true(escape_is_plain("", 0));
	assert_true(escape_is_plain("a\tb\\", 4));
	assert_true(escape_is_plain("\xc3\xbc", 2));
	assert_false(escape_is_plain("\xc3\xbc", 1));
	assert_false(escape_is_plain("a\nb", 3));
	assert_false(escape_is_plain("\x1b", 1));
	assert_false(escape_is_plain("a\0", 2));
	assert_false(escape_is_plain("\xe2\x80\xae", 3));
}

static void a_full_buffer_ends_it(void **state)
{
	AUTO_BUF struct buf b = BUF_INIT(5);

	(void)state;
	buf_escape(&b, "abc\x01\x02", 5);
	assert_int_equal(b.err, -E2BIG);
	assert_string_equal(b.p, "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_shown_as_they_should_be),
		cmocka_unit_test(what_comes_out_is_plain),
		cmocka_unit_test(plain_is_what_would_not_change),
		cmocka_unit_test(a_full_buffer_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
