/* SPDX-License-Identifier: Apache-2.0 */
/* DNS: questions are read strictly, and answers are what a resolver takes. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/dns.h"

#define HEAD(flags, extras) "\x12\x34" flags "\0\1\0\0\0\0\0" extras
#define GITHUB "\6GitHub\3com\0"
#define OPT "\0\0\x29\x10\0\0\0\0\0\0\0"

/* A string constant as a message, its final NUL not counted. */
#define PARSE(text, q) dns_query_parse((const uint8_t *)(text), sizeof(text) - 1, q)

static void query_is_read(void **state)
{
	struct dns_query q;

	(void)state;
	assert_int_equal(PARSE(HEAD("\1\0", "\1") GITHUB "\0\1\0\1" OPT, &q), 0);
	assert_int_equal(q.fault, DNS_NOERROR);
	assert_int_equal(q.id, 0x1234);
	assert_int_equal(q.type, DNS_TYPE_A);
	assert_true(q.has_name);
	assert_string_equal(q.name.text, "github.com");
	assert_true(q.has_edns);
	assert_int_equal(q.udp_max, DNS_ANSWER_MAX);
	assert_int_equal(q.end, 12 + 12 + 4);
}

static void names_of_no_host_have_none(void **state)
{
	struct dns_query q;

	(void)state;
	assert_int_equal(PARSE(HEAD("\1\0", "\0") "\4_srv\3com\0\0\1\0\1", &q), 0);
	assert_int_equal(q.fault, DNS_NOERROR);
	assert_false(q.has_name);
	assert_int_equal(PARSE(HEAD("\1\0", "\0") "\0\0\2\0\1", &q), 0);
	assert_false(q.has_name);
	/* One label that holds a dot, and one that holds a NUL. */
	assert_int_equal(PARSE(HEAD("\1\0", "\0") "\5a.com\0\0\1\0\1", &q), 0);
	assert_false(q.has_name);
	assert_int_equal(PARSE(HEAD("\1\0", "\0") "\3a\0b\3com\0\0\1\0\1", &q), 0);
	assert_false(q.has_name);
	assert_int_equal(PARSE(HEAD("\1\0", "\0") "\1\x37\3127\0\0\1\0\1", &q), 0);
	assert_false(q.has_name);
}

static void hostile_queries_are_faults(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		enum dns_rcode fault;
	} rows[] = {
#define ROW(text, rcode) { text, sizeof(text) - 1, rcode }
		/* pointer to itself, forward pointer, reserved label kinds */
		ROW(HEAD("\1\0", "\0") "\xc0\x0c\0\1\0\1", DNS_FORMERR),
		ROW(HEAD("\1\0", "\0") "\1a\xc0\x0c\0\1\0\1", DNS_FORMERR),
		ROW(HEAD("\1\0", "\0") "\xc0\xff\0\1\0\1", DNS_FORMERR),
		ROW(HEAD("\1\0", "\0") "\x40\0\1\0\1", DNS_FORMERR),
		ROW(HEAD("\1\0", "\0") "\x80\0\1\0\1", DNS_FORMERR),
		/* cut short everywhere */
		ROW(HEAD("\1\0", "\0"), DNS_FORMERR),
		ROW(HEAD("\1\0", "\0") "\6GitH", DNS_FORMERR),
		ROW(HEAD("\1\0", "\0") GITHUB "\0\1\0", DNS_FORMERR),
		ROW(HEAD("\1\0", "\1") GITHUB "\0\1\0\1\0\0\x29", DNS_FORMERR),
		ROW(HEAD("\1\0", "\1") GITHUB "\0\1\0\1\0\0\x29\x10\0\0\0\0\0\0\x08", DNS_FORMERR),
		/* bytes left over, another record, TSIG's type */
		ROW(HEAD("\1\0", "\0") GITHUB "\0\1\0\1x", DNS_FORMERR),
		ROW(HEAD("\1\0", "\0") GITHUB "\0\1\0\1" OPT, DNS_FORMERR),
		ROW(HEAD("\1\0", "\1") GITHUB "\0\1\0\1\0\0\xfa\x10\0\0\0\0\0\0\0", DNS_FORMERR),
		ROW(HEAD("\1\0", "\2") GITHUB "\0\1\0\1" OPT OPT, DNS_FORMERR),
		ROW("\0\1\1\0\0\2\0\0\0\0\0\0" GITHUB "\0\1\0\1" GITHUB "\0\1\0\1", DNS_FORMERR),
		ROW("\0\1\1\0\0\0\0\0\0\0\0\0", DNS_FORMERR),
		ROW("\0\1\1\0\0\1\0\1\0\0\0\0" GITHUB "\0\1\0\1", DNS_FORMERR),
		ROW(HEAD("\3\0", "\0") GITHUB "\0\1\0\1", DNS_FORMERR),
		/* not a query, not the Internet's class, a version to come */
		ROW(HEAD("\x28\0", "\0") GITHUB "\0\1\0\1", DNS_NOTIMP),
		ROW(HEAD("\1\0", "\0") GITHUB "\0\1\0\3", DNS_REFUSED),
		ROW(HEAD("\1\0", "\1") GITHUB "\0\1\0\1\0\0\x29\x10\0\0\1\0\0\0\0", DNS_BADVERS),
#undef ROW
	};
	struct dns_query q;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(dns_query_parse((const uint8_t *)rows[i].p, rows[i].n, &q), 0);
		assert_int_equal(q.fault, rows[i].fault);
	}
	assert_int_equal(PARSE("\0\1\1\0\0\1\0\0\0\0\0", &q), -EBADMSG);
	assert_int_equal(PARSE(HEAD("\x81\x80", "\0") GITHUB "\0\1\0\1", &q), -EBADMSG);
}

static void names_are_held_to_255_bytes(void **state)
{
	uint8_t m[12 + 4 * 64 + 8] = HEAD("\1\0", "\0");
	struct dns_query q;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		m[12 + i * 64] = i < 3 ? 63 : 61;
		memset(m + 13 + i * 64, 'a', 63);
	}
	memcpy(m + 12 + 3 * 64 + 62, "\0\0\1\0\1", 5);
	assert_int_equal(dns_query_parse(m, 12 + 3 * 64 + 62 + 5, &q), 0);
	assert_int_equal(q.fault, DNS_NOERROR);
	assert_true(q.has_name);
	assert_int_equal(q.name.n, 253);
	m[12 + 3 * 64] = 62;
	memcpy(m + 12 + 3 * 64 + 63, "\0\0\1\0\1", 5);
	assert_int_equal(dns_query_parse(m, 12 + 3 * 64 + 63 + 5, &q), 0);
	assert_int_equal(q.fault, DNS_FORMERR);
}

static struct dns_answer decide(uint16_t type, const char *text, bool is_allowed)
{
	static const struct addr addr = { 4, { 198, 18, 0, 1 } };
	struct dns_query q = { .type = type, .has_name = true };
	struct dns_answer a;

	assert_int_equal(host_name_parse(text, strlen(text), &q.name), 0);
	dns_decide(&q, is_allowed, &addr, &a);
	return a;
}

static void only_addresses_are_answered(void **state)
{
	(void)state;
	assert_true(decide(DNS_TYPE_A, "a.com", true).has_addr);
	assert_int_equal(decide(DNS_TYPE_A, "a.com", false).rcode, DNS_REFUSED);
	assert_int_equal(decide(DNS_TYPE_A, "a.com", false).ede, 15);
	assert_int_equal(decide(DNS_TYPE_AAAA, "a.com", true).rcode, DNS_NOERROR);
	assert_false(decide(DNS_TYPE_AAAA, "a.com", true).has_addr);
	assert_int_equal(decide(DNS_TYPE_HTTPS, "a.com", true).rcode, DNS_NOERROR);
	assert_false(decide(DNS_TYPE_HTTPS, "a.com", true).has_addr);
	assert_int_equal(decide(16, "a.com", true).rcode, DNS_REFUSED);
	assert_int_equal(decide(10, "a.com", true).rcode, DNS_REFUSED);
	assert_int_equal(decide(255, "a.com", true).rcode, DNS_REFUSED);
	assert_int_equal(decide(DNS_TYPE_PTR, "1.0.18.198.in-addr.arpa", false).rcode,
			 DNS_NXDOMAIN);
	assert_int_equal(decide(DNS_TYPE_PTR, "a.com", false).rcode, DNS_REFUSED);
}

static void answers_are_built(void **state)
{
	static const char query[] = HEAD("\1\0", "\1") GITHUB "\0\1\0\1" OPT;
	static const char wanted[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\1" GITHUB "\0\1\0\1"
				     "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x12\0\1"
				     "\0\0\x29\x04\xd0\0\0\0\0\0\0";
	static const struct addr addr = { 4, { 198, 18, 0, 1 } };
	struct dns_message m;
	struct dns_answer a;
	struct dns_query q;

	(void)state;
	assert_int_equal(PARSE(query, &q), 0);
	dns_decide(&q, true, &addr, &a);
	dns_answer_build((const uint8_t *)query, &q, &a, &m);
	assert_int_equal(m.n, sizeof(wanted) - 1);
	assert_memory_equal(m.bytes, wanted, m.n);
	assert_int_equal(m.frame[1], m.n);
}

static void refusals_carry_the_extended_error(void **state)
{
	static const char query[] = HEAD("\1\0", "\1") GITHUB "\0\1\0\1" OPT;
	struct dns_message m;
	struct dns_answer a;
	struct dns_query q;

	(void)state;
	assert_int_equal(PARSE(query, &q), 0);
	dns_decide(&q, false, NULL, &a);
	dns_answer_build((const uint8_t *)query, &q, &a, &m);
	assert_int_equal(m.bytes[3] & 15, DNS_REFUSED);
	assert_int_equal(m.bytes[7], 0);
	assert_memory_equal(m.bytes + 28, "\0\0\x29\x04\xd0\0\0\0\0\0\x27\0\x0f\0\x23\0\x0f", 17);
	assert_memory_equal(m.bytes + 45, "no rule of network.allow names", 30);
	q.fault = DNS_BADVERS;
	dns_decide(&q, true, NULL, &a);
	dns_answer_build((const uint8_t *)query, &q, &a, &m);
	assert_int_equal(m.bytes[3] & 15, 0);
	assert_int_equal(m.bytes[28 + 5], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_is_read),
		cmocka_unit_test(names_of_no_host_have_none),
		cmocka_unit_test(hostile_queries_are_faults),
		cmocka_unit_test(names_are_held_to_255_bytes),
		cmocka_unit_test(only_addresses_are_answered),
		cmocka_unit_test(answers_are_built),
		cmocka_unit_test(refusals_carry_the_extended_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
