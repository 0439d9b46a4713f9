/* SPDX-License-Identifier: Apache-2.0 */
/* Requests are judged by all that the configuration says of their host. */
#include <cmocka.h>
#include <string.h>

#include "base/err.h"
#include "proxy/http_judge.h"

#define ONE "1111111111111111111111111111111111111111"
#define NONE "0000000000000000000000000000000000000000"

static const char text[] = "tiercel-proxy 1\n"
			   "http api.a.com GET /repos/**\n"
			   "git git.a.com /me/* create agent/*\n"
			   "secret 0 placeholder-0 basic s.a.com\n"
			   "budget requests 4\n"
			   "end\n";

struct world {
	struct config config;
	struct budget budget;
	struct http_way way;
};

static void make(struct world *w, const char *host)
{
	struct err e = { 0 };

	*w = (struct world){ 0 };
	assert_int_equal(config_parse(text, sizeof(text) - 1, &w->config, &e), 0);
	w->budget.limits = w->config.limits;
	w->way = (struct http_way){
		.config = &w->config, .budget = &w->budget, .port = 443, .is_tls = true
	};
	assert_int_equal(host_parse(host, strlen(host), &w->way.host), 0);
}

static struct http_judged judge(struct world *w, const char *host, const char *method,
				const char *path)
{
	struct http_asked asked = { .method = { method, strlen(method) },
				    .path = { path, strlen(path) } };
	struct http_judged judged;
	struct host h;

	assert_int_equal(host_port_parse(host, strlen(host), &h, &asked.port), 0);
	asked.host = &h;
	http_judge(&w->way, &asked, 0, &judged);
	return judged;
}

static void requests_are_for_the_host_of_the_connection(void **state)
{
	struct world w;
	struct http_judged j;

	(void)state;
	make(&w, "other.com");
	assert_true(judge(&w, "other.com", "PUT", "/x").is_allowed);
	assert_true(judge(&w, "OTHER.com.:443", "PUT", "/x").is_allowed);
	j = judge(&w, "evil.com", "GET", "/x");
	assert_false(j.is_allowed);
	assert_int_equal(j.kind, DENIAL_MISMATCH);
	assert_string_equal(j.detail, "a request for evil.com on a connection to other.com:443");
	assert_int_equal(judge(&w, "other.com:80", "GET", "/x").kind, DENIAL_MISMATCH);
	config_done(&w.config);
	make(&w, "9.9.9.9");
	assert_true(judge(&w, "any.com", "GET", "/").is_allowed);
	config_done(&w.config);
}

static void rules_and_budget_are_kept(void **state)
{
	struct world w;
	struct http_judged j;

	(void)state;
	make(&w, "api.a.com");
	assert_true(judge(&w, "api.a.com", "GET", "/repos/x").is_allowed);
	j = judge(&w, "api.a.com", "POST", "/repos/x\x1b[2J");
	assert_int_equal(j.kind, DENIAL_METHOD);
	assert_null(strchr(j.detail, '\x1b'));
	assert_int_equal(judge(&w, "api.a.com", "GET", "/repos/..%2fx").kind, DENIAL_METHOD);
	for (int i = 0; i < 3; i++)
		assert_true(judge(&w, "api.a.com", "GET", "/repos/x").is_allowed);
	assert_int_equal(judge(&w, "api.a.com", "GET", "/repos/x").kind, DENIAL_BUDGET);
	config_done(&w.config);
}

static void secrets_are_not_echoed(void **state)
{
	struct world w;

	(void)state;
	make(&w, "s.a.com");
	assert_int_equal(judge(&w, "s.a.com", "TRACE", "/").kind, DENIAL_METHOD);
	assert_true(judge(&w, "s.a.com", "GET", "/").is_allowed);
	config_done(&w.config);
	make(&w, "other.com");
	assert_true(judge(&w, "other.com", "TRACE", "/").is_allowed);
	config_done(&w.config);
}

static int push(struct world *w, const char *path, const char *body, size_t n,
		struct http_judged *ret)
{
	struct http_text p = { path, strlen(path) };
	struct http_text b = { body, n };

	return http_judge_push(&w->way, &p, &b, ret);
}

static void pushes_are_judged_by_their_commands(void **state)
{
	static const char good[] = "006b" NONE " " ONE " refs/heads/agent/x\0 00000000PACK";
	static const char bad[] = "0068" NONE " " ONE " refs/heads/main\0 0000000PACK";
	struct world w;
	struct http_judged j;

	(void)state;
	make(&w, "git.a.com");
	j = judge(&w, "git.a.com", "POST", "/me/x.git/git-receive-pack");
	assert_true(j.is_allowed && j.is_push);
	j = judge(&w, "git.a.com", "GET", "/me/x.git/info/refs?service=git-receive-pack");
	assert_true(j.is_allowed && !j.is_push);
	assert_true(judge(&w, "git.a.com", "POST", "/you/x/git-upload-pack").is_allowed);
	assert_int_equal(judge(&w, "git.a.com", "POST", "/you/x/git-receive-pack").kind,
			 DENIAL_PUSH);
	assert_int_equal(judge(&w, "git.a.com", "GET", "/me/x/git-receive-pack").kind, DENIAL_PUSH);
	assert_int_equal(judge(&w, "git.a.com", "POST", "/me//x/git-receive-pack").kind,
			 DENIAL_PUSH);
	assert_int_equal(push(&w, "/me/x.git/git-receive-pack", good, 40, &j), 0);
	assert_int_equal(push(&w, "/me/x.git/git-receive-pack", good, sizeof(good) - 1, &j), 1);
	assert_true(j.is_allowed);
	assert_int_equal(push(&w, "/me/x.git/git-receive-pack", bad, sizeof(bad) - 1, &j), 1);
	assert_false(j.is_allowed);
	assert_string_equal(j.detail, "no rule allows to create refs/heads/main");
	assert_int_equal(push(&w, "/me/x.git/git-receive-pack", "\x1f\x8b\x08\x00", 4, &j), 1);
	assert_false(j.is_allowed);
	config_done(&w.config);
}

static void streams_are_opened_only_where_needed(void **state)
{
	static const struct {
		const char *host;
		uint16_t port;
		bool is_opened;
	} rows[] = {
		{ "api.a.com", 443, true },    { "api.a.com", 8443, false },
		{ "git.a.com", 443, true },    { "s.a.com", 443, true },
		{ "s.a.com", 80, false },      { "a.com", 443, false },
		{ "x.api.a.com", 443, false },
	};
	struct world w;

	(void)state;
	make(&w, "a.com");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct host h;

		assert_int_equal(host_parse(rows[i].host, strlen(rows[i].host), &h), 0);
		assert_int_equal(http_must_open(&w.config, &h, rows[i].port), rows[i].is_opened);
	}
	config_done(&w.config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_for_the_host_of_the_connection),
		cmocka_unit_test(rules_and_budget_are_kept),
		cmocka_unit_test(secrets_are_not_echoed),
		cmocka_unit_test(pushes_are_judged_by_their_commands),
		cmocka_unit_test(streams_are_opened_only_where_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
