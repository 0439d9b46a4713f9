/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups: questions are well formed, answers count only for what was asked, nothing loops. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/dns.h"
#include "proxy/dns_lookup.h"

#define HEAD(flags, records) "\x12\x34" flags "\0\1\0" records "\0\0\0\0"
#define ASKED "\3wWw\1a\3com\0\0\1\0\1"
#define A_RECORD(owner, address) owner "\0\1\0\1\0\0\0\x3c\0\4" address
#define OWN "\xc0\x0c"

#define PARSE(text, found) parse(text, sizeof(text) - 1, found)

static int parse(const char *p, size_t n, struct dns_found *found)
{
	struct dns_lookup lookup = { 0x1234, DNS_TYPE_A, { 9, "www.a.com" } };

	return dns_lookup_parse(&lookup, (const uint8_t *)p, n, found);
}

static void question_is_what_our_own_server_reads(void **state)
{
	struct dns_lookup lookup = { 0xfffe, DNS_TYPE_AAAA, { 9, "www.a.com" } };
	uint8_t m[DNS_LOOKUP_MAX];
	struct dns_query q;

	(void)state;
	assert_int_equal(dns_query_parse(m, dns_lookup_build(&lookup, m), &q), 0);
	assert_int_equal(q.fault, DNS_NOERROR);
	assert_int_equal(q.id, 0xfffe);
	assert_int_equal(q.type, DNS_TYPE_AAAA);
	assert_string_equal(q.name.text, "www.a.com");
	memset(lookup.name.text, 'a', HOST_NAME_BYTES);
	for (size_t i = 50; i < HOST_NAME_BYTES; i += 51)
		lookup.name.text[i] = '.';
	lookup.name.n = HOST_NAME_BYTES;
	assert_int_equal(dns_lookup_build(&lookup, m), DNS_LOOKUP_MAX);
	assert_int_equal(dns_query_parse(m, DNS_LOOKUP_MAX, &q), 0);
	assert_int_equal(q.fault, DNS_NOERROR);
	assert_true(host_name_is(&q.name, &lookup.name));
}

static void addresses_and_aliases_are_read(void **state)
{
	static const char alias[] = HEAD("\x81\x80", "\3") ASKED
		/* the alias comes after what it leads to, and so does a stranger */
		A_RECORD("\3cdn\1b\3net\0", "\1\2\3\4") OWN
		"\0\5\0\1\0\0\0\5\0\x0b\3cdn\1B\3net\0" A_RECORD("\4evil\3org\0", "\6\6\6\6");
	struct dns_found found;

	(void)state;
	assert_int_equal(PARSE(HEAD("\x81\x80", "\2") ASKED A_RECORD(OWN, "\1\2\3\4")
				       A_RECORD("\3WWW\xc0\x10", "\5\6\7\x8"),
			       &found),
			 0);
	assert_int_equal(found.n, 2);
	assert_int_equal(found.ttl_s, 60);
	assert_memory_equal(found.addrs[1].bytes, "\5\6\7\x8", 4);
	assert_int_equal(PARSE(alias, &found), 0);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.ttl_s, 5);
	assert_memory_equal(found.addrs[0].bytes, "\1\2\3\4", 4);
	assert_int_equal(PARSE(HEAD("\x81\x80", "\0") ASKED, &found), 0);
	assert_int_equal(found.n, 0);
}

static void errors_are_told_apart(void **state)
{
	struct dns_found found;

	(void)state;
	assert_int_equal(PARSE(HEAD("\x81\x83", "\0") ASKED, &found), -ENOENT);
	assert_int_equal(PARSE(HEAD("\x81\x82", "\0") ASKED, &found), -EAGAIN);
	assert_int_equal(PARSE(HEAD("\x81\x85", "\0") ASKED, &found), -ECONNREFUSED);
	assert_int_equal(PARSE(HEAD("\x83\x80", "\0") ASKED, &found), -EMSGSIZE);
	assert_int_equal(PARSE(HEAD("\x81\x8f", "\0") ASKED, &found), -EAGAIN);
}

static void hostile_answers_are_refused(void **state)
{
	static const struct {
		const char *p;
		size_t n;
	} rows[] = {
#define ROW(text) { text, sizeof(text) - 1 }
		/* of another question */
		ROW("\x12\x35\x81\x80\0\1\0\0\0\0\0\0" ASKED),
		ROW(HEAD("\1\0", "\0") ASKED),
		ROW(HEAD("\x89\x80", "\0") ASKED),
		ROW(HEAD("\x81\x80", "\0") "\3www\1b\3com\0\0\1\0\1"),
		ROW(HEAD("\x81\x80", "\0") "\3www\1a\3com\0\0\x1c\0\1"),
		ROW(HEAD("\x81\x80", "\0") "\3www\1a\3com\0\0\1\0\3"),
		ROW("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"),
		/* loops, pointers forward and beyond, reserved labels */
		ROW(HEAD("\x81\x80", "\0") "\xc0\x0c\0\1\0\1"),
		ROW(HEAD("\x81\x80", "\1") ASKED A_RECORD("\xc0\x1b", "\1\2\3\4")),
		ROW(HEAD("\x81\x80", "\1") ASKED A_RECORD("\1a\xc0\x1b", "\1\2\3\4")),
		ROW(HEAD("\x81\x80", "\1") ASKED A_RECORD("\xc0\x40", "\1\2\3\4")),
		ROW(HEAD("\x81\x80", "\1") ASKED A_RECORD("\xff\xff", "\1\2\3\4")),
		ROW(HEAD("\x81\x80", "\1") ASKED A_RECORD("\x80\x0c", "\1\2\3\4")),
		/* cut short, more records told than there are, an alias that does not fill its own
		 */
		ROW(HEAD("\x81\x80", "\1") ASKED OWN "\0\1\0\1\0\0\0\x3c\0\4\1\2\3"),
		ROW(HEAD("\x81\x80", "\2") ASKED A_RECORD(OWN, "\1\2\3\4")),
		ROW(HEAD("\x81\x80", "\1") ASKED OWN "\0\5\0\1\0\0\0\5\0\5\1a\0xx"),
		ROW(HEAD("\x81\x80", "\1") ASKED OWN "\0\5\0\1\0\0\0\5\0\2\1a\0"),
		ROW(""),
#undef ROW
	};
	struct dns_found found = { .n = 77 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(parse(rows[i].p, rows[i].n, &found), -EBADMSG);
	assert_int_equal(found.n, 77);
}

static void what_is_odd_counts_for_nothing(void **state)
{
	struct dns_found found;

	(void)state;
	/* An alias of itself, an address of five bytes, one of another class. */
	assert_int_equal(
		PARSE(HEAD("\x81\x80", "\1") ASKED OWN "\0\5\0\1\0\0\0\5\0\2\xc0\x0c", &found), 0);
	assert_int_equal(found.n, 0);
	assert_int_equal(PARSE(HEAD("\x81\x80", "\2") ASKED OWN "\0\1\0\1\0\0\0\5\0\5\1\2\3\4\5" OWN
								"\0\1\0\3\0\0\0\5\0\4\1\2\3\4",
			       &found),
			 0);
	assert_int_equal(found.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(question_is_what_our_own_server_reads),
		cmocka_unit_test(addresses_and_aliases_are_read),
		cmocka_unit_test(errors_are_told_apart),
		cmocka_unit_test(hostile_answers_are_refused),
		cmocka_unit_test(what_is_odd_counts_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
