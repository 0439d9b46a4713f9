/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP rules: patterns hold what they say, and no spelling of a path slips by them. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/http_path.h"
#include "proxy/http_rule.h"

static bool match(const char *pattern, const char *path)
{
	return http_path_match(pattern, path, strlen(path));
}

static void patterns_hold_what_they_say(void **state)
{
	(void)state;
	assert_true(match("/repos/**", "/repos/a/b"));
	assert_true(match("/repos/**", "/repos/"));
	assert_false(match("/repos/**", "/repos"));
	assert_false(match("/repos/**", "/reposx/a"));
	assert_false(match("/repos/*", "/repos/a/b"));
	assert_true(match("/repos/*", "/repos/a"));
	assert_true(match("/repos/*/issues", "/repos/a/issues"));
	assert_false(match("/repos/*/issues", "/repos/a/b/issues"));
	assert_true(match("/repos/**/issues", "/repos/a/b/issues"));
	assert_false(match("/repos/**/issues", "/repos/a/b/issues/1"));
	assert_true(match("/a*b*c", "/axbxbxc"));
	assert_false(match("/a*b*c", "/axbx/c"));
	assert_true(match("/**x*z", "/a/xb/xyz"));
	assert_false(match("/**x*z", "/a/xb/xy/z"));
	assert_true(match("**", "/anything/at/all"));
	assert_true(match("/", "/"));
	assert_false(match("/", "/a"));
	assert_false(match("", "/"));
	assert_false(match("/a", "/a/"));
	assert_false(match("/a", "/A"));
}

static void slow_patterns_end(void **state)
{
	static char path[HTTP_PATH_MAX];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	assert_false(http_path_match("/**a*a*a*a**a*a*ab", path, sizeof(path)));
}

static void paths_have_one_reading(void **state)
{
	static const char *const good[][2] = {
		{ "/", "/" },
		{ "/a/b?c=/../d", "/a/b" },
		{ "/a%20b", "/a b" },
		{ "/%61", "/a" },
		{ "/a/", "/a/" },
		{ "/.a/..b/...", "/.a/..b/..." },
		{ "/a;x/b", "/a;x/b" },
		{ "/100%25", "/100%" },
		{ "/%C3%BC", "/\xc3\xbc" },
	};
	static const char *const odd[] = {
		"",	     "a",	"?x",		"//",	       "/a//b",	  "/.",
		"/a/.",	     "/a/./b",	"/..",		"/a/../b",     "/a/..",	  "/%2e%2e/b",
		"/a/%2E./b", "/..;x/b", "/a/.;/b",	"/a%2fb",      "/a%2Fb",  "/a%5cb",
		"/a\\b",     "/a%00",	"/a%0a",	"/a%7f",       "/a%",	  "/a%2",
		"/a%zz",     "/a%252e", "/%252e%252e/", "/a%25%32%65", "/a\x01b",
	};
	struct http_path path;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(http_path_parse(good[i][0], strlen(good[i][0]), &path), 0);
		assert_int_equal(path.n, strlen(good[i][1]));
		assert_memory_equal(path.text, good[i][1], path.n);
	}
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		assert_int_equal(http_path_parse(odd[i], strlen(odd[i]), &path), -EINVAL);
}

static void long_paths_are_refused(void **state)
{
	static char text[HTTP_PATH_MAX + 1];
	struct http_path path;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	assert_int_equal(http_path_parse(text, HTTP_PATH_MAX, &path), 0);
	assert_int_equal(http_path_parse(text, HTTP_PATH_MAX + 1, &path), -ENAMETOOLONG);
}

static enum http_verdict ask(const char *host, uint16_t port, const char *method, const char *path)
{
	static const char *const get[] = { "GET", "HEAD" };
	static const char *const repos[] = { "/repos/**", "/user" };
	static struct http_rule rules[3];
	struct http_request request = {
		.port = port,
		.method = { method, strlen(method) },
		.path = { path, strlen(path) },
		.has_override = strcmp(method, "OVERRIDE") == 0,
	};
	struct host h;

	assert_int_equal(host_rule_parse("api.github.com", 14, HOST_RULE_ALLOW, &rules[0].host), 0);
	rules[0].methods = (struct words){ get, 2 };
	rules[0].paths = (struct words){ repos, 2 };
	assert_int_equal(host_rule_parse("*.free.org:*", 12, HOST_RULE_ALLOW, &rules[1].host), 0);
	assert_int_equal(host_rule_parse("10.0.0.5:80", 11, HOST_RULE_ALLOW, &rules[2].host), 0);
	rules[2].methods = (struct words){ get, 1 };
	assert_int_equal(host_parse(host, strlen(host), &h), 0);
	request.host = &h;
	return http_rules_decide(rules, ARRAY_LEN(rules), &request);
}

static void rules_decide_by_host_method_and_path(void **state)
{
	(void)state;
	assert_int_equal(ask("api.github.com", 443, "GET", "/repos/a/b?x=y"), HTTP_ALLOWED);
	assert_int_equal(ask("api.github.com", 443, "HEAD", "/user"), HTTP_ALLOWED);
	assert_int_equal(ask("api.github.com", 443, "get", "/user"), HTTP_RULE_MISSING);
	assert_int_equal(ask("api.github.com", 443, "POST", "/user"), HTTP_RULE_MISSING);
	assert_int_equal(ask("api.github.com", 443, "GET", "/gists"), HTTP_RULE_MISSING);
	assert_int_equal(ask("api.github.com", 443, "GET", "/repos/../gists"), HTTP_PATH_UNCLEAR);
	assert_int_equal(ask("api.github.com", 443, "GET", "/repos/%2e%2e/gists"),
			 HTTP_PATH_UNCLEAR);
	assert_int_equal(ask("api.github.com", 8443, "GET", "/user"), HTTP_NOT_COVERED);
	assert_int_equal(ask("github.com", 443, "POST", "/a//b"), HTTP_NOT_COVERED);
	assert_int_equal(ask("a.free.org", 9, "PUT", "/a//b"), HTTP_ALLOWED);
	assert_int_equal(ask("a.free.org", 9, "OVERRIDE", "/"), HTTP_ALLOWED);
	assert_int_equal(ask("10.0.0.5", 80, "GET", "/x"), HTTP_ALLOWED);
	assert_int_equal(ask("10.0.0.5", 80, "HEAD", "/x"), HTTP_RULE_MISSING);
	assert_int_equal(ask("10.0.0.5", 80, "OVERRIDE", "/x"), HTTP_RULE_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_hold_what_they_say),
		cmocka_unit_test(slow_patterns_end),
		cmocka_unit_test(paths_have_one_reading),
		cmocka_unit_test(long_paths_are_refused),
		cmocka_unit_test(rules_decide_by_host_method_and_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
