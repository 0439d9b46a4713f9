/* SPDX-License-Identifier: Apache-2.0 */
/* Host names: one spelling comes out, and what another reader might read otherwise is refused. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/host.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void name_parse_normalises(void **state)
{
	static const char *const rows[][2] = {
		{ "GitHub.com", "github.com" },
		{ "github.com.", "github.com" },
		{ "localhost", "localhost" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "1.2.3.4.example", "1.2.3.4.example" },
		{ "a--b.c0", "a--b.c0" },
		{ "0xface.org", "0xface.org" },
		{ "1e100.net", "1e100.net" },
		{ LABEL_63 ".com", LABEL_63 ".com" },
	};
	struct host_name name;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(host_name_parse(rows[i][0], strlen(rows[i][0]), &name), 0);
		assert_string_equal(name.text, rows[i][1]);
		assert_int_equal(name.n, strlen(rows[i][1]));
	}
}

static void name_parse_refuses_what_is_no_name(void **state)
{
	static const char *const odd[] = {
		"",
		".",
		"..",
		".a",
		"a..b",
		"a.com..",
		"-a.com",
		"a-.com",
		"a.-b",
		"a_b.com",
		"a b.com",
		"a%2ecom",
		"a.com%00.evil.org",
		"a.com/",
		"a.com:443",
		"user@a.com",
		"a.com\n",
		"a\r\n.com",
		"a\t.com",
		"a.com\x7f",
		"b\xc3\xbc"
		"cher.example",
		"a\xe3\x80\x82"
		"com",
		"*.a.com",
		"[::1]",
		"::1",
		"1.2.3.4",
		"127.1",
		"2130706433",
		"0x7f.1",
		"foo.0x7f",
		"foo.0x",
		"foo.08",
		"foo.1.",
		LABEL_63 "a.com",
	};
	struct host_name name = { .n = 7 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_int_equal(host_name_parse(odd[i], strlen(odd[i]), &name), -EINVAL);
	assert_int_equal(host_name_parse("a.com\0.evil.org", 15, &name), -EINVAL);
	assert_int_equal(host_name_parse("a.com\0", 6, &name), -EINVAL);
	assert_int_equal(name.n, 7);
}

static void name_parse_holds_to_253_bytes(void **state)
{
	char text[256];
	struct host_name name;

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 50; i < sizeof(text); i += 51)
		text[i] = '.';
	assert_int_equal(host_name_parse(text, 253, &name), 0);
	assert_int_equal(name.n, 253);
	text[253] = 'a';
	assert_int_equal(host_name_parse(text, 254, &name), -EINVAL);
	text[253] = '.';
	assert_int_equal(host_name_parse(text, 254, &name), 0);
}

static bool below(const char *a, const char *suffix)
{
	struct host_name x;
	struct host_name y;

	assert_int_equal(host_name_parse(a, strlen(a), &x), 0);
	assert_int_equal(host_name_parse(suffix, strlen(suffix), &y), 0);
	return host_name_is_below(&x, &y);
}

static void name_is_below_any_depth_but_not_itself(void **state)
{
	(void)state;
	assert_true(below("a.example.com", "example.com"));
	assert_true(below("a.b.C.example.com.", "example.com"));
	assert_false(below("example.com", "example.com"));
	assert_false(below("evil-example.com", "example.com"));
	assert_false(below("xexample.com", "example.com"));
	assert_false(below("example.com.evil.org", "example.com"));
	assert_false(below("com", "example.com"));
}

static void host_port_parse_takes_usual_spellings(void **state)
{
	static const struct {
		const char *from;
		const char *to;
	} rows[] = {
		{ "Example.com", "example.com" },
		{ "example.com.:443", "example.com:443" },
		{ "10.0.0.5:5432", "10.0.0.5:5432" },
		{ "10.0.0.5", "10.0.0.5" },
		{ "::1", "::1" },
		{ "[::1]", "::1" },
		{ "[2001:DB8::1]:22", "[2001:db8::1]:22" },
		{ "[::ffff:10.0.0.5]:22", "10.0.0.5:22" },
	};
	char text[HOST_TEXT_MAX];
	struct host host;
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(host_port_parse(rows[i].from, strlen(rows[i].from), &host, &port),
				 0);
		host_print(&host, port, text);
		assert_string_equal(text, rows[i].to);
	}
}

static void host_port_parse_refuses(void **state)
{
	static const char *const odd[] = {
		"",
		":443",
		"example.com:",
		"example.com:0",
		"example.com:65536",
		"a.com:0443",
		"a.com:+443",
		"a.com:443 ",
		"a.com:443:443",
		"[::1",
		"[::1]443",
		"[::1]:",
		"[10.0.0.5]:80",
		"[a.com]",
		"::1]:80",
		"[::1%lo]:80",
		"user@a.com:80",
		"[]:80",
		"0x7f.1:80",
		"127.1:80",
		"a.com:99999999999",
		"a.com:8 0",
		"http://a.com",
		"10.0.0.5.:80",
	};
	struct host host;
	uint16_t port = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_int_equal(host_port_parse(odd[i], strlen(odd[i]), &host, &port), -EINVAL);
	assert_int_equal(host_port_parse("a.com:44\0", 9, &host, &port), -EINVAL);
	assert_int_equal(port, 7);
}

static void host_print_always_fits(void **state)
{
	char text[HOST_TEXT_MAX];
	struct host host = { 0 };

	(void)state;
	host.name.n = HOST_NAME_BYTES;
	memset(host.name.text, 'a', HOST_NAME_BYTES);
	host_print(&host, 65535, text);
	assert_int_equal(strlen(text), HOST_NAME_BYTES + 6);
	assert_int_equal(memcmp(text + HOST_NAME_BYTES, ":65535", 7), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_parse_normalises),
		cmocka_unit_test(name_parse_refuses_what_is_no_name),
		cmocka_unit_test(name_parse_holds_to_253_bytes),
		cmocka_unit_test(name_is_below_any_depth_but_not_itself),
		cmocka_unit_test(host_port_parse_takes_usual_spellings),
		cmocka_unit_test(host_port_parse_refuses),
		cmocka_unit_test(host_print_always_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
