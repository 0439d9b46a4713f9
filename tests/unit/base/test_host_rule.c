/* SPDX-License-Identifier: Apache-2.0 */
/* Host patterns with ports: what is taken, what is refused, what each holds. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/host_rule.h"

static void host_rule_parse_reads_patterns_and_ports(void **state)
{
	static const char *const rows[][2] = {
		{ "GitHub.com", "github.com:80,443" },
		{ "*.pypi.org:443", "*.pypi.org:443" },
		{ "10.0.0.5:5432", "10.0.0.5:5432" },
		{ "10.0.0.5/8:22", "10.0.0.0/8:22" },
		{ "a.com:*", "a.com:*" },
		{ "a.com:1-65535", "a.com:1-65535" },
		{ "a.com:22,8000-8010,65535", "a.com:22,8000-8010,65535" },
		{ "::1", "[::1]:80,443" },
		{ "[fd00::/8]:443", "[fd00::/8]:443" },
		{ "fd00::/8", "[fd00::/8]:80,443" },
		{ "[::ffff:10.0.0.1]:22", "10.0.0.1:22" },
	};
	char text[HOST_RULE_TEXT_MAX];
	struct host_rule r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(
			host_rule_parse(rows[i][0], strlen(rows[i][0]), HOST_RULE_ALLOW, &r), 0);
		host_rule_print(&r, text);
		assert_string_equal(text, rows[i][1]);
	}
	assert_int_equal(host_rule_parse("a.com", 5, HOST_RULE_DENY, &r), 0);
	host_rule_print(&r, text);
	assert_string_equal(text, "a.com:*");
}

static void host_rule_parse_refuses(void **state)
{
	static const char *const odd[] = {
		"",
		"*",
		"*:443",
		"*.com",
		"*.",
		"a.*.com",
		"*a.com",
		"**.a.com",
		"a.com:",
		"a.com:0",
		"a.com:65536",
		"a.com:1,",
		"a.com:,1",
		"a.com:9-1",
		"a.com:1-",
		"a.com:-1",
		"a.com:http",
		"a.com:1-2-3",
		"a.com:1 ",
		"a b.com",
		"a_b.com",
		"http://a.com",
		"a.com/x",
		"127.1",
		"0x7f.1",
		"2130706433",
		"10.0.0.0/33",
		"[10.0.0.1]:1",
		"[a.com]:1",
		"[fd00::]/8:1",
		"[::1]x",
		"a.com:443\n",
		"*.1.2.3.4",
		"*.10.0.0.1:80",
		"[]",
		"a.com:1,2,3,4,5,6,7,8,9",
	};
	struct host_rule r = { .n_ports = 77 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_int_equal(host_rule_parse(odd[i], strlen(odd[i]), HOST_RULE_ALLOW, &r),
				 -EINVAL);
	assert_int_equal(host_rule_parse("a.com\0:1", 8, HOST_RULE_ALLOW, &r), -EINVAL);
	assert_int_equal(r.n_ports, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_rule_parse_reads_patterns_and_ports),
		cmocka_unit_test(host_rule_parse_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
