/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: odd spellings are refused, and every special range is known for what it is. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"

static struct addr addr(const char *text)
{
	struct addr a = { 0 };

	assert_int_equal(addr_parse(text, strlen(text), &a), 0);
	return a;
}

static void addr_parse_refuses_odd_spellings(void **state)
{
	static const char *const odd[] = {
		"",
		"127.1",
		"0x7f.1",
		"0x7f000001",
		"2130706433",
		"0177.0.0.1",
		"127.0.0.01",
		"127.0.0.1.",
		".127.0.0.1",
		"127.0.0.256",
		"127.0.0.1 ",
		" 127.0.0.1",
		"127.0.0.1/8",
		"1.2.3",
		"1.2.3.4.5",
		"[::1]",
		"::1%lo",
		"::1%25lo",
		":::",
		"1:2:3:4:5:6:7",
		"::12345",
		"1::2::3",
		"::ffff:127.1",
		"::ffff:0177.0.0.1",
		"12.0.0.-1",
		"+1.2.3.4",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};
	struct addr a = { .family = 9 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_int_equal(addr_parse(odd[i], strlen(odd[i]), &a), -EINVAL);
	assert_int_equal(addr_parse("1.2.3.4\0", 8, &a), -EINVAL);
	assert_int_equal(a.family, 9);
}

static void addr_parse_gives_one_spelling(void **state)
{
	static const struct {
		const char *from;
		const char *to;
	} rows[] = {
		{ "8.8.8.8", "8.8.8.8" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "::FFFF:10.0.0.5", "10.0.0.5" },
		{ "::ffff:a00:5", "10.0.0.5" },
		{ "0:0:0:0:0:ffff:7f00:1", "127.0.0.1" },
		{ "2001:DB8:0:0::1", "2001:db8::1" },
		{ "::", "::" },
	};
	char text[ADDR_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct addr a = addr(rows[i].from);

		addr_print(&a, text);
		assert_string_equal(text, rows[i].to);
	}
}

static void addr_classify_knows_special_ranges(void **state)
{
	static const struct {
		const char *text;
		enum addr_class class;
	} rows[] = {
		{ "8.8.8.8", ADDR_GLOBAL },
		{ "2606:4700::1111", ADDR_GLOBAL },
		{ "0.0.0.0", ADDR_UNSPECIFIED },
		{ "0.1.2.3", ADDR_UNSPECIFIED },
		{ "127.0.0.1", ADDR_LOOPBACK },
		{ "127.255.255.254", ADDR_LOOPBACK },
		{ "10.255.0.1", ADDR_PRIVATE },
		{ "172.15.255.255", ADDR_GLOBAL },
		{ "172.16.0.0", ADDR_PRIVATE },
		{ "172.31.255.255", ADDR_PRIVATE },
		{ "172.32.0.0", ADDR_GLOBAL },
		{ "192.168.1.1", ADDR_PRIVATE },
		{ "192.169.0.1", ADDR_GLOBAL },
		{ "100.63.255.255", ADDR_GLOBAL },
		{ "100.64.0.0", ADDR_CGNAT },
		{ "100.127.255.255", ADDR_CGNAT },
		{ "100.100.100.200", ADDR_METADATA },
		{ "169.254.0.1", ADDR_LINK_LOCAL },
		{ "169.254.169.254", ADDR_METADATA },
		{ "168.63.129.16", ADDR_METADATA },
		{ "168.63.129.17", ADDR_GLOBAL },
		{ "198.18.0.1", ADDR_RESERVED },
		{ "224.0.0.1", ADDR_MULTICAST },
		{ "255.255.255.255", ADDR_RESERVED },
		{ "::", ADDR_UNSPECIFIED },
		{ "::1", ADDR_LOOPBACK },
		{ "::2", ADDR_RESERVED },
		{ "::127.0.0.1", ADDR_RESERVED },
		{ "::ffff:169.254.169.254", ADDR_METADATA },
		{ "fd00:ec2::254", ADDR_METADATA },
		{ "fd00::1", ADDR_PRIVATE },
		{ "fe80::1", ADDR_LINK_LOCAL },
		{ "fec0::1", ADDR_PRIVATE },
		{ "ff02::1", ADDR_MULTICAST },
		{ "64:ff9b::10.0.0.1", ADDR_PRIVATE },
		{ "64:ff9b::169.254.169.254", ADDR_METADATA },
		{ "64:ff9b::8.8.8.8", ADDR_GLOBAL },
		{ "64:ff9b:1::8.8.8.8", ADDR_RESERVED },
		{ "2002:7f00:1::", ADDR_LOOPBACK },
		{ "2002:808:808::1", ADDR_GLOBAL },
		{ "2001::1", ADDR_RESERVED },
		{ "2001:db8::1", ADDR_RESERVED },
		{ "4000::1", ADDR_RESERVED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct addr a = addr(rows[i].text);

		assert_string_equal(addr_class_name(addr_classify(&a)),
				    addr_class_name(rows[i].class));
	}
}

static bool is_in(const char *range, const char *address)
{
	struct addr a = addr(address);
	struct cidr c;

	assert_int_equal(cidr_parse(range, strlen(range), &c), 0);
	return cidr_has(&c, &a);
}

static void cidr_has_compares_bits(void **state)
{
	(void)state;
	assert_true(is_in("10.0.0.5/8", "10.200.0.1"));
	assert_false(is_in("10.0.0.0/8", "11.0.0.0"));
	assert_true(is_in("192.0.2.128/25", "192.0.2.255"));
	assert_false(is_in("192.0.2.128/25", "192.0.2.127"));
	assert_true(is_in("1.2.3.4", "1.2.3.4"));
	assert_false(is_in("1.2.3.4", "1.2.3.5"));
	assert_true(is_in("0.0.0.0/0", "255.1.1.1"));
	assert_false(is_in("0.0.0.0/0", "::1"));
	assert_true(is_in("::/0", "2606:4700::1"));
	assert_false(is_in("::/0", "::ffff:1.2.3.4"));
	assert_true(is_in("fd00::/9", "fd7f::1"));
	assert_false(is_in("fd00::/9", "fd80::1"));
}

static void cidr_parse_refuses(void **state)
{
	static const char *const odd[] = {
		"10.0.0.0/33",
		"10.0.0.0/",
		"10.0.0.0/-1",
		"10.0.0.0/8/8",
		"/8",
		"10.0.0.0/0x8",
		"::/129",
		"::/1000",
		"10/8",
		"10.0.0.0/ 8",
		"10.0.0.0/+8",
		"::ffff:1.2.3.4/24",
		"",
	};
	struct cidr c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_int_equal(cidr_parse(odd[i], strlen(odd[i]), &c), -EINVAL);
	assert_int_equal(cidr_parse("1.2.3.4/2\0", 10, &c), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addr_parse_refuses_odd_spellings),
		cmocka_unit_test(addr_parse_gives_one_spelling),
		cmocka_unit_test(addr_classify_knows_special_ranges),
		cmocka_unit_test(cidr_has_compares_bits),
		cmocka_unit_test(cidr_parse_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
