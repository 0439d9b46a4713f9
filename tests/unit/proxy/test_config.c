/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: all of it is read, and anything odd is refused with its line. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "proxy/config.h"

#define TEXT(lines) "tiercel-proxy 1\n" lines "end\n"

static int parse(const char *text, struct config *c, struct err *e)
{
	*e = (struct err){ 0 };
	return config_parse(text, strlen(text), c, e);
}

static void everything_is_read(void **state)
{
	static const char text[] = TEXT("allow github.com:22,443\n"
					"deny *.evil.org\n"
					"allow 10.0.0.0/8:5432\n"
					"http api.github.com GET,HEAD /repos/** /user\n"
					"http b.com *\n"
					"git github.com /me/* create agent/* refs/tags/ci-*\n"
					"secret 0 tiercel-0123456789 header:Authorization,basic "
					"api.github.com *.b.com:8443\n"
					"secret 1 tiercel-abcdefghij query:key c.com\n"
					"budget bytes 1000000\n"
					"budget dns-names 50\n"
					"loopback 5432\n"
					"publish 127.0.0.1:8080 3000\n"
					"dns 9.9.9.9:53\n"
					"dns [2620:fe::fe]:53\n"
					"log 5\n");
	struct host_name name = { 10, "github.com" };
	struct target target = { &name, NULL, 22 };
	struct config c;
	struct err e;

	(void)state;
	assert_int_equal(parse(text, &c, &e), 0);
	assert_int_equal(c.rules.n_allow, 2);
	assert_int_equal(c.rules.n_deny, 1);
	assert_int_equal(rules_decide(&c.rules, &target).reason, VERDICT_ALLOWED);
	assert_int_equal(c.n_http, 2);
	assert_int_equal(c.http[0].methods.n, 2);
	assert_string_equal(c.http[0].methods.v[1], "HEAD");
	assert_string_equal(c.http[0].paths.v[0], "/repos/**");
	assert_int_equal(c.http[1].methods.n, 0);
	assert_int_equal(c.n_git, 1);
	assert_int_equal(c.git[0].mode, GIT_MAY_CREATE);
	assert_int_equal(c.git[0].refs.n, 2);
	assert_int_equal(c.n_secrets, 2);
	assert_int_equal(c.secrets[0].where, SECRET_HEADER | SECRET_BASIC);
	assert_string_equal(c.secrets[0].header, "Authorization");
	assert_int_equal(c.secrets[0].n_hosts, 2);
	assert_int_equal(c.secrets[0].hosts[0].n_ports, 1);
	assert_int_equal(c.secrets[0].hosts[0].ports[0].first, 443);
	assert_string_equal(c.secrets[1].query, "key");
	assert_int_equal(c.limits.bytes, 1000000);
	assert_int_equal(c.limits.dns_names, 50);
	assert_int_equal(c.loopback[0], 5432);
	assert_int_equal(c.publish[0].port, 8080);
	assert_int_equal(c.publish[0].inner_port, 3000);
	assert_int_equal(c.n_servers, 2);
	assert_int_equal(c.servers[1].addr.family, 6);
	assert_int_equal(c.log_fd, 5);
	config_done(&c);
}

static void nothing_allows_nothing(void **state)
{
	struct config c;
	struct err e;

	(void)state;
	assert_int_equal(parse(TEXT(""), &c, &e), 0);
	assert_int_equal(c.rules.n_allow, 0);
	assert_int_equal(c.log_fd, -1);
	config_done(&c);
}

static const struct {
	const char *text;
	const char *said;
} odd[] = {
	{ "", "line 1: the first line" },
	{ "end\n", "line 1: the first line" },
	{ "tiercel-proxy 2\nend\n", "line 1: the first line" },
	{ "tiercel-proxy 1", "line 1: the line does not end" },
	{ "tiercel-proxy 1\n", "line 2: the last line" },
	{ "tiercel-proxy 1\nallow a.com\n", "line 3: the last line" },
	{ "tiercel-proxy 1\nallow a.com\nend", "line 3: the line does not end" },
	{ TEXT("") "allow a.com\n", "line 2: nothing may follow" },
	{ TEXT("\n"), "line 2: no such word" },
	{ TEXT("alow a.com\n"), "line 2: no such word: \"alow\"" },
	{ TEXT("allow  a.com\n"), "line 2: words stand" },
	{ TEXT("allow a.com \n"), "line 2: words stand" },
	{ TEXT(" allow a.com\n"), "line 2: no such word" },
	{ TEXT("allow\ta.com\n"), "line 2: a byte" },
	{ TEXT("allow a.com\r\n"), "line 2: a byte" },
	{ TEXT("allow \x7f\n"), "line 2: a byte" },
	{ TEXT("allow\n"), "line 2: allow: 1 words, which is too few" },
	{ TEXT("allow a.com b.com\n"), "line 2: allow: 3 words, which is too many" },
	{ TEXT("allow a.com\nallow a_b\n"), "line 3: allow: \"a_b\" is no host" },
	{ TEXT("deny *\n"), "line 2: deny: \"*\" is no host" },
	{ TEXT("http a.com\n"), "too few" },
	{ TEXT("http a.com GE:T\n"), "is no list of methods" },
	{ TEXT("http a.com ,\n"), "is no list of methods" },
	{ TEXT("http a.com GET repos\n"), "is no path" },
	{ TEXT("git a.com /x create\n"), "too few" },
	{ TEXT("git a.com /x force main\n"), "is none of create, update, delete" },
	{ TEXT("git a.com x create main\n"), "is no path" },
	{ TEXT("secret 1 placeholder basic a.com\n"), "is to be the number" },
	{ TEXT("secret 0 short basic a.com\n"), "is too short" },
	{ TEXT("secret 0 placeholder basic,basic a.com\n"), "each once" },
	{ TEXT("secret 0 placeholder cookie a.com\n"), "is to be header:NAME" },
	{ TEXT("secret 0 placeholder header: a.com\n"), "is to be header:NAME" },
	{ TEXT("secret 0 placeholder header:a:b a.com\n"), "is to be header:NAME" },
	{ TEXT("secret 0 placeholder basicx a.com\n"), "is to be header:NAME" },
	{ TEXT("secret 0 placeholder , a.com\n"), "names no place" },
	{ TEXT("secret 0 placeholder basic *\n"), "is no host" },
	{ TEXT("secret 0 placeholder basic a.com\nsecret 1 placeholder1 basic a.com\n"),
	  "line 3: secret: \"placeholder1\" lies within" },
	{ TEXT("budget byte 1\n"), "is no budget" },
	{ TEXT("budget bytes 0\n"), "is no number above 0" },
	{ TEXT("budget bytes -1\n"), "is no number above 0" },
	{ TEXT("budget bytes 1\nbudget bytes 2\n"), "line 3: budget: \"bytes\" stands twice" },
	{ TEXT("loopback 0\n"), "is no port" },
	{ TEXT("loopback 65536\n"), "is no port" },
	{ TEXT("publish a.com:80 80\n"), "is no ADDRESS:PORT" },
	{ TEXT("publish 127.0.0.1 80\n"), "is no ADDRESS:PORT" },
	{ TEXT("publish 127.0.0.1:80 x\n"), "is no port" },
	{ TEXT("dns 9.9.9.9\n"), "is no ADDRESS:PORT" },
	{ TEXT("dns 9.9.9.9:53\ndns 9.9.9.9:53\ndns 9.9.9.9:53\ndns 9.9.9.9:53\n"), "too many" },
	{ TEXT("log 5\nlog 6\n"), "stands beside another" },
	{ TEXT("log 99999999999\n"), "is no file descriptor" },
};

static void odd_texts_are_refused_with_their_line(void **state)
{
	struct config c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		assert_int_equal(parse(odd[i].text, &c, &e), -EINVAL);
		if (strstr(e.text, odd[i].said) == NULL)
			fail_msg("\"%s\" says nothing of \"%s\"", e.text, odd[i].said);
		assert_int_equal(c.rules.n_allow, 0);
	}
	assert_int_equal(config_parse("tiercel-proxy 1\nallow a.com\0\nend\n", 33, &c, &e),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(nothing_allows_nothing),
		cmocka_unit_test(odd_texts_are_refused_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
