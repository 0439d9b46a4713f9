/* SPDX-License-Identifier: Apache-2.0 */
/* Git: requests are told apart, commands are read strictly, pushes are held to rules. */
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/git_request.h"
#include "proxy/git_rule.h"

#define NONE "0000000000000000000000000000000000000000"
#define ONE "1111111111111111111111111111111111111111"
#define TWO "abcdef2222222222222222222222222222222222"
#define LONG_NONE NONE "000000000000000000000000"
#define LONG_ONE ONE "111111111111111111111111"

static int parse(const char *method, const char *target, struct git_request *ret)
{
	static struct http_path path;
	const char *mark = strchr(target, '?');
	struct http_text m = { method, strlen(method) };
	struct http_text query = { "", 0 };

	if (mark != NULL)
		query = (struct http_text){ mark + 1, strlen(mark + 1) };
	assert_int_equal(http_path_parse(target, strlen(target), &path), 0);
	return git_request_parse(&m, &path, &query, ret);
}

static void requests_are_told_apart(void **state)
{
	struct git_request r;

	(void)state;
	assert_int_equal(parse("GET", "/a/b.git/info/refs?service=git-receive-pack", &r), 0);
	assert_int_equal(r.service, GIT_PUSH);
	assert_true(r.is_discovery);
	assert_int_equal(r.repo.n, 4);
	assert_memory_equal(r.repo.p, "/a/b", 4);
	assert_int_equal(parse("GET", "/a/b/info/refs?service=git-upload-pack", &r), 0);
	assert_int_equal(r.service, GIT_FETCH);
	assert_int_equal(parse("GET", "/a/b/info/refs", &r), 0);
	assert_int_equal(r.service, GIT_FETCH);
	assert_int_equal(parse("POST", "/a/b.git/git-receive-pack", &r), 0);
	assert_int_equal(r.service, GIT_PUSH);
	assert_false(r.is_discovery);
	assert_int_equal(parse("POST", "/a/b.git/git-upload-pack", &r), 0);
	assert_int_equal(r.service, GIT_FETCH);
	assert_int_equal(parse("POST", "/a/b.git/git%2Dreceive-pack", &r), 0);
	assert_int_equal(r.service, GIT_PUSH);
	assert_int_equal(parse("PUT", "/a/b?service=git-receive-pack", &r), 0);
	assert_int_equal(r.service, GIT_NONE);
}

static void unclear_requests_are_refused(void **state)
{
	static const char *const gets[] = {
		"/a/info/refs?service=git-upload-pack&service=git-receive-pack",
		"/a/info/refs?x=y&service=git-receive-pack",
		"/a/info/refs?service=git%2dreceive-pack",
		"/a/info/refs?%73ervice=git-receive-pack",
		"/a/info/refs?service=git-receive-pack&x",
		"/a/info/refs?x;service=git-receive-pack",
		"/a/info/refs?service=",
		"/a/info/refs?service",
		"/a/git-receive-pack",
		"/a/git-upload-pack",
	};
	struct git_request r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gets); i++)
		assert_int_equal(parse("GET", gets[i], &r), -EBADMSG);
	assert_int_equal(parse("POST", "/a/info/refs?service=git-receive-pack", &r), -EBADMSG);
	assert_int_equal(parse("PUT", "/a/git-receive-pack", &r), -EBADMSG);
}

/* One packet line of a string constant. */
static size_t line(char *to, const char *text, size_t n)
{
	char length[5];

	snprintf(length, sizeof(length), "%04zx", n + 4);
	memcpy(to, length, 4);
	memcpy(to + 4, text, n);
	return n + 4;
}

#define LINE(to, text) line(to, text, sizeof(text) - 1)
#define PUSH_MAX 2048

static void commands_are_read(void **state)
{
	char push[PUSH_MAX];
	struct git_command c;
	size_t n = 0;
	size_t at = 0;

	(void)state;
	n += LINE(push + n, "shallow " ONE);
	n += LINE(push + n, NONE " " ONE " refs/heads/agent/x\0 report-status agent=git/2");
	n += LINE(push + n, ONE " " TWO " refs/heads/main\n");
	n += LINE(push + n, LONG_ONE " " LONG_NONE " refs/tags/v1");
	memcpy(push + n, "0000PACK", 9);
	for (size_t cut = 0; cut < 52 + 100; cut++) {
		at = 0;
		assert_int_equal(git_command_next((uint8_t *)push, cut, &at, &c), -EAGAIN);
	}
	n += 8;
	at = 0;
	assert_int_equal(git_command_next((uint8_t *)push, n, &at, &c), 1);
	assert_int_equal(c.change, GIT_CREATE);
	assert_int_equal(c.ref.n, strlen("refs/heads/agent/x"));
	assert_int_equal(git_command_next((uint8_t *)push, n, &at, &c), 1);
	assert_int_equal(c.change, GIT_UPDATE);
	assert_memory_equal(c.ref.p, "refs/heads/main", c.ref.n);
	assert_int_equal(git_command_next((uint8_t *)push, n, &at, &c), 1);
	assert_int_equal(c.change, GIT_DELETE);
	assert_int_equal(git_command_next((uint8_t *)push, n, &at, &c), 0);
	assert_memory_equal(push + at, "PACK", 4);
}

static const struct {
	const char *p;
	size_t n;
	int wanted;
} odd_commands[] = {
#define ROW(text, wanted)                                                                          \
	{                                                                                          \
		text, sizeof(text) - 1, wanted                                                     \
	}
	ROW(ONE " " TWO " refs/heads/a b", -EBADMSG),
	ROW(ONE " " TWO " refs/heads/../x", -EBADMSG),
	ROW(ONE " " TWO " refs/heads//x", -EBADMSG),
	ROW(ONE " " TWO " refs/heads/x/", -EBADMSG),
	ROW(ONE " " TWO " refs/heads/.x", -EBADMSG),
	ROW(ONE " " TWO " refs/heads/*", -EBADMSG),
	ROW(ONE " " TWO " refs/heads/a@{1}", -EBADMSG),
	ROW(ONE " " TWO " refs/heads/a\n\n", -EBADMSG),
	ROW(ONE " " TWO " refs/heads/a\r", -EBADMSG),
	ROW(ONE " " TWO " HEAD", -EBADMSG),
	ROW(ONE " " TWO " refs/", -EBADMSG),
	ROW(ONE " " TWO "\trefs/heads/a", -EBADMSG),
	ROW(ONE " " TWO, -EBADMSG),
	ROW(ONE "  " TWO " refs/heads/a", -EBADMSG),
	ROW(ONE " " LONG_ONE " refs/heads/a", -EBADMSG),
	ROW(NONE " " NONE " refs/heads/a", -EBADMSG),
	ROW("1" ONE " " TWO " refs/heads/a", -EBADMSG),
	ROW("ABCDEF2222222222222222222222222222222222 " TWO " refs/heads/a", -EBADMSG),
	ROW("push-cert\0 report-status", -EOPNOTSUPP),
	ROW("hello", -EBADMSG),
#undef ROW
};

static void odd_commands_are_refused(void **state)
{
	char push[PUSH_MAX];
	struct git_command c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd_commands); i++) {
		size_t n = line(push, odd_commands[i].p, odd_commands[i].n);
		size_t at = 0;

		assert_int_equal(git_command_next((uint8_t *)push, n, &at, &c),
				 odd_commands[i].wanted);
	}
	for (size_t i = 0; i < 3; i++) {
		static const char *const lengths[] = { "0004", "0001", "zzzz" };
		size_t at = 0;

		assert_int_equal(git_command_next((const uint8_t *)lengths[i], 4, &at, &c),
				 -EBADMSG);
	}
}

static bool may(const struct git_rule *rules, size_t n, enum git_change change, const char *ref)
{
	struct git_command c = { change, { ref, strlen(ref) } };
	struct host host = { .name = { 10, "github.com" } };
	struct git_target target = { &host, 443, { "/me/work", 8 } };

	return git_rules_find(rules, n, &target, &c) != NULL;
}

static void pushes_are_held_to_rules(void **state)
{
	static const char *const agent[] = { "agent/*", "refs/tags/ci-*" };
	struct git_rule rule = { .repo = "/me/*", .mode = GIT_MAY_CREATE, .refs = { agent, 2 } };
	struct host host = { .name = { 10, "github.com" } };
	struct git_target other = { &host, 443, { "/you/work", 9 } };

	(void)state;
	assert_int_equal(host_rule_parse("github.com", 10, HOST_RULE_ALLOW, &rule.host), 0);
	assert_true(may(&rule, 1, GIT_CREATE, "refs/heads/agent/x"));
	assert_false(may(&rule, 1, GIT_CREATE, "refs/heads/agent/x/y"));
	assert_false(may(&rule, 1, GIT_CREATE, "refs/heads/main"));
	assert_false(may(&rule, 1, GIT_CREATE, "refs/agent/x"));
	assert_false(may(&rule, 1, GIT_CREATE, "refs/tags/agent/x"));
	assert_true(may(&rule, 1, GIT_CREATE, "refs/tags/ci-1"));
	assert_false(may(&rule, 1, GIT_UPDATE, "refs/heads/agent/x"));
	rule.mode = GIT_MAY_UPDATE;
	assert_true(may(&rule, 1, GIT_UPDATE, "refs/heads/agent/x"));
	assert_false(may(&rule, 1, GIT_DELETE, "refs/heads/agent/x"));
	rule.mode = GIT_MAY_DELETE;
	assert_true(may(&rule, 1, GIT_DELETE, "refs/heads/agent/x"));
	assert_false(may(&rule, 0, GIT_CREATE, "refs/heads/agent/x"));
	assert_null(git_rules_find(&rule, 1, &other, NULL));
	assert_true(git_rules_cover(&rule, 1, &other));
	other.port = 22;
	assert_false(git_rules_cover(&rule, 1, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_told_apart),
		cmocka_unit_test(unclear_requests_are_refused),
		cmocka_unit_test(commands_are_read),
		cmocka_unit_test(odd_commands_are_refused),
		cmocka_unit_test(pushes_are_held_to_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
