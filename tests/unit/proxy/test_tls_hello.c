/* SPDX-License-Identifier: Apache-2.0 */
/* ClientHello: the name is found however it is cut, and nothing but one plain name passes. */
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/tls_hello.h"

#define BYTES_MAX 65536

struct bytes {
	uint8_t p[BYTES_MAX];
	size_t n;
};

static void add(struct bytes *b, const void *p, size_t n)
{
	assert_true(b->n + n <= sizeof(b->p));
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

/* A handshake message of a ClientHello with these extensions. */
static void make_hello(struct bytes *b, const void *extensions, size_t n)
{
	static const uint8_t middle[] = { 0, 0, 2, 0x13, 1, 1, 0 };
	size_t all = 2 + 32 + sizeof(middle) + 2 + n;
	uint8_t head[4] = { 1, (uint8_t)(all >> 16), (uint8_t)(all >> 8), (uint8_t)all };
	uint8_t start[34] = { 3, 3 };
	uint8_t length[2] = { (uint8_t)(n >> 8), (uint8_t)n };

	b->n = 0;
	add(b, head, sizeof(head));
	add(b, start, sizeof(start));
	add(b, middle, sizeof(middle));
	add(b, length, sizeof(length));
	add(b, extensions, n);
}

/* The same in records of at most @size bytes. */
static void make_records(struct bytes *ret, const struct bytes *b, size_t size)
{
	ret->n = 0;
	for (size_t at = 0; at < b->n; at += size) {
		size_t n = b->n - at < size ? b->n - at : size;
		uint8_t head[5] = { 22, 3, 1, (uint8_t)(n >> 8), (uint8_t)n };

		add(ret, head, sizeof(head));
		add(ret, b->p + at, n);
	}
}

/* The result for extensions given as a string constant. */
#define PARSE(text, hello) parse(text, sizeof(text) - 1, hello)

static enum tls_hello_result parse(const char *extensions, size_t n, struct tls_hello *ret)
{
	static struct bytes message;
	static struct bytes records;

	make_hello(&message, extensions, n);
	make_records(&records, &message, 16384);
	return tls_hello_parse(records.p, records.n, ret);
}

#define SNI(lengths, name) "\0\0" lengths name
#define A_COM SNI("\0\x0a\0\x08\0\0\5", "A.com")

static void name_is_found(void **state)
{
	struct tls_hello hello;

	(void)state;
	assert_int_equal(PARSE(A_COM, &hello), TLS_HELLO_NAME);
	assert_string_equal(hello.name.text, "a.com");
	assert_false(hello.has_ech);
	assert_false(hello.has_h2);
	assert_int_equal(PARSE("\0\x10\0\5\0\3\2h2" A_COM, &hello), TLS_HELLO_NAME);
	assert_true(hello.has_h2);
	assert_int_equal(PARSE(A_COM "\xfe\x0d\0\1x", &hello), TLS_HELLO_NAME);
	assert_true(hello.has_ech);
	assert_int_equal(PARSE("\xff\xce\0\0" A_COM, &hello), TLS_HELLO_NAME);
	assert_true(hello.has_ech);
	assert_int_equal(PARSE("\0\x17\0\0", &hello), TLS_HELLO_NO_NAME);
	assert_int_equal(PARSE("", &hello), TLS_HELLO_NO_NAME);
}

static void every_cut_wants_more(void **state)
{
	static const char extensions[] = "\0\x17\0\0" A_COM;
	static const size_t sizes[] = { 1, 2, 3, 7, 40, 16384 };
	static struct bytes message;
	static struct bytes records;
	struct tls_hello hello;

	(void)state;
	make_hello(&message, extensions, sizeof(extensions) - 1);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		make_records(&records, &message, sizes[i]);
		for (size_t n = 0; n < records.n; n++) {
			assert_int_equal(tls_hello_parse(records.p, n, &hello), TLS_HELLO_MORE);
			assert_in_range(hello.need, n + 1, records.n);
		}
		assert_int_equal(tls_hello_parse(records.p, records.n, &hello), TLS_HELLO_NAME);
		assert_string_equal(hello.name.text, "a.com");
	}
}

static void names_that_are_not_one_name_are_malformed(void **state)
{
	static const struct {
		const char *p;
		size_t n;
	} rows[] = {
#define ROW(text) { text, sizeof(text) - 1 }
		ROW(A_COM A_COM),
		ROW(SNI("\0\x12\0\x10\0\0\5", "a.com\0\0\5b.com")),
		ROW(SNI("\0\x0a\0\x08\1\0\5", "a.com")),
		ROW(SNI("\0\x0a\0\x09\0\0\5", "a.com")),
		ROW(SNI("\0\x0a\0\x08\0\0\6", "a.com")),
		ROW(SNI("\0\x0a\0\x08\0\0\4", "a.com")),
		ROW(SNI("\0\x0b\0\x08\0\0\5", "a.com")),
		ROW(SNI("\0\x0a\0\x08\0\0\5", "a_com")),
		ROW(SNI("\0\x0a\0\x08\0\0\5", "a\0com")),
		ROW(SNI("\0\x0a\0\x08\0\0\5", "a\ncom")),
		ROW(SNI("\0\x0c\0\x0a\0\0\7", "1.2.3.4")),
		ROW(SNI("\0\x08\0\x06\0\0\3", "::1")),
		ROW(SNI("\0\5\0\3\0\0\0", "")),
		ROW(SNI("\0\0", "")),
		ROW("\0\x17"),
		ROW("\0\x17\0\1"),
		ROW("\0\x10\0\5\0\4\2h2"),
		ROW("\0\x10\0\5\0\3\3h2"),
#undef ROW
	};
	struct tls_hello hello;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(parse(rows[i].p, rows[i].n, &hello), TLS_HELLO_MALFORMED);
		assert_non_null(hello.why);
		assert_int_equal(hello.name.n, 0);
	}
}

static enum tls_hello_result raw(const void *p, size_t n)
{
	struct tls_hello hello;

	return tls_hello_parse(p, n, &hello);
}

static void other_protocols_are_known_at_once(void **state)
{
	(void)state;
	assert_int_equal(raw("", 0), TLS_HELLO_MORE);
	assert_int_equal(raw("\x16", 1), TLS_HELLO_MORE);
	assert_int_equal(raw("G", 1), TLS_HELLO_MALFORMED);
	assert_int_equal(raw("SSH-2.0", 7), TLS_HELLO_MALFORMED);
	assert_int_equal(raw("\x80\x2e\x01\x03\x01", 5), TLS_HELLO_MALFORMED);
	assert_int_equal(raw("\x16\x02", 2), TLS_HELLO_MALFORMED);
	assert_int_equal(raw("\x17\x03\x03\0\1x", 6), TLS_HELLO_MALFORMED);
	assert_int_equal(raw("\x16\x03\x01\0\0", 5), TLS_HELLO_MALFORMED);
	assert_int_equal(raw("\x16\x03\x01\x40\x01", 5), TLS_HELLO_MALFORMED);
	assert_int_equal(raw("\x16\x03\x01\0\4\2\0\0\0", 9), TLS_HELLO_MALFORMED);
	/* A length of 16 MiB is refused when it is read, not awaited. */
	assert_int_equal(raw("\x16\x03\x01\0\4\1\xff\xff\xff", 9), TLS_HELLO_MALFORMED);
}

static void size_is_bounded(void **state)
{
	static char padding[16000] = "\0\x15\x3e\x60";
	static struct bytes message;
	static struct bytes records;
	struct tls_hello hello;

	(void)state;
	padding[2] = (char)((sizeof(padding) - 4) >> 8);
	padding[3] = (char)((sizeof(padding) - 4) & 0xff);
	make_hello(&message, padding, sizeof(padding));
	make_records(&records, &message, 100);
	assert_int_equal(tls_hello_parse(records.p, records.n, &hello), TLS_HELLO_NO_NAME);
	/* In records of few bytes the heads outgrow what is looked at. */
	make_records(&records, &message, 2);
	assert_int_equal(tls_hello_parse(records.p, records.n, &hello), TLS_HELLO_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_is_found),
		cmocka_unit_test(every_cut_wants_more),
		cmocka_unit_test(names_that_are_not_one_name_are_malformed),
		cmocka_unit_test(other_protocols_are_known_at_once),
		cmocka_unit_test(size_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
