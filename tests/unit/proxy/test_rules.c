/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: deny wins, and addresses within are named or closed. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "proxy/rules.h"

#define RULES_MAX 8

struct set {
	struct host_rule allow[RULES_MAX];
	struct host_rule deny[RULES_MAX];
	struct rules rules;
};

static size_t read_list(const char *const *texts, enum host_rule_list list, struct host_rule *ret)
{
	size_t n = 0;

	for (; texts[n] != NULL; n++)
		assert_int_equal(host_rule_parse(texts[n], strlen(texts[n]), list, &ret[n]), 0);
	return n;
}

static void read_set(struct set *s, const char *const *allow, const char *const *deny)
{
	s->rules.n_allow = read_list(allow, HOST_RULE_ALLOW, s->allow);
	s->rules.n_deny = read_list(deny, HOST_RULE_DENY, s->deny);
	s->rules.allow = s->allow;
	s->rules.deny = s->deny;
}

/* The reason for a target that is given as text; "" stands for no name and no address. */
static const char *ask(const struct set *s, const char *name, const char *addr, uint16_t port)
{
	struct host_name n;
	struct addr a;
	struct target t = { .port = port };

	if (name[0] != '\0') {
		assert_int_equal(host_name_parse(name, strlen(name), &n), 0);
		t.name = &n;
	}
	if (addr[0] != '\0') {
		assert_int_equal(addr_parse(addr, strlen(addr), &a), 0);
		t.addr = &a;
	}
	return verdict_reason_name(rules_decide(&s->rules, &t).reason);
}

static void empty_rules_allow_nothing(void **state)
{
	struct set s = { 0 };

	(void)state;
	assert_string_equal(ask(&s, "github.com", "", 443), "rule_missing");
	assert_string_equal(ask(&s, "github.com", "", 0), "rule_missing");
	assert_string_equal(ask(&s, "", "8.8.8.8", 443), "rule_missing");
	assert_string_equal(ask(&s, "", "127.0.0.1", 443), "address_not_global");
	assert_string_equal(ask(&s, "", "", 443), "rule_missing");
}

static void deny_beats_allow(void **state)
{
	static const char *const allow[] = { "*.example.com:*", "8.8.0.0/16:*", NULL };
	static const char *const deny[] = { "bad.example.com", "*.in.example.com:22", "8.8.8.8",
					    NULL };
	struct set s;

	(void)state;
	read_set(&s, allow, deny);
	assert_string_equal(ask(&s, "a.example.com", "", 22), "allowed");
	assert_string_equal(ask(&s, "example.com", "", 22), "rule_missing");
	assert_string_equal(ask(&s, "bad.example.com", "", 22), "denied");
	assert_string_equal(ask(&s, "bad.example.com", "", 0), "denied");
	assert_string_equal(ask(&s, "x.in.example.com", "", 22), "denied");
	assert_string_equal(ask(&s, "x.in.example.com", "", 23), "allowed");
	assert_string_equal(ask(&s, "x.in.example.com", "", 0), "allowed");
	assert_string_equal(ask(&s, "", "8.8.8.8", 53), "denied");
	assert_string_equal(ask(&s, "", "8.8.4.4", 53), "allowed");
	/* An allowed name that leads to a denied address, plainly or by NAT64 or 6to4. */
	assert_string_equal(ask(&s, "a.example.com", "8.8.8.8", 53), "denied");
	assert_string_equal(ask(&s, "a.example.com", "64:ff9b::8.8.8.8", 53), "denied");
	assert_string_equal(ask(&s, "a.example.com", "2002:808:808::1", 53), "denied");
}

static void names_that_lead_within_are_denied(void **state)
{
	static const char *const allow[] = { "a.com:443,5432",	   "10.0.0.5:5432",
					     "192.168.0.0/16:443", "0.0.0.0/0:22",
					     "[::/0]:22",	   NULL };
	static const char *const none[] = { NULL };
	struct set s;

	(void)state;
	read_set(&s, allow, none);
	assert_string_equal(ask(&s, "a.com", "", 443), "allowed");
	assert_string_equal(ask(&s, "a.com", "8.8.8.8", 443), "allowed");
	assert_string_equal(ask(&s, "a.com", "127.0.0.1", 443), "address_not_global");
	assert_string_equal(ask(&s, "a.com", "::1", 443), "address_not_global");
	assert_string_equal(ask(&s, "a.com", "169.254.169.254", 443), "address_not_global");
	assert_string_equal(ask(&s, "a.com", "64:ff9b::a9fe:a9fe", 443), "address_not_global");
	assert_string_equal(ask(&s, "a.com", "10.0.0.5", 443), "address_not_global");
	assert_string_equal(ask(&s, "a.com", "10.0.0.5", 5432), "allowed");
	assert_string_equal(ask(&s, "a.com", "192.168.1.1", 443), "allowed");
	assert_string_equal(ask(&s, "b.com", "10.0.0.5", 5432), "rule_missing");
	/* A range of the whole world names nothing within. */
	assert_string_equal(ask(&s, "", "8.8.8.8", 22), "allowed");
	assert_string_equal(ask(&s, "", "10.0.0.5", 22), "address_not_global");
	assert_string_equal(ask(&s, "", "169.254.169.254", 22), "address_not_global");
	assert_string_equal(ask(&s, "", "2606:4700::1", 22), "allowed");
	assert_string_equal(ask(&s, "", "fd00:ec2::254", 22), "address_not_global");
}

static void metadata_is_named_by_its_very_address(void **state)
{
	static const char *const allow[] = { "169.254.0.0/16:80", "100.64.0.0/10:80",
					     "169.254.169.254:8080", "0.0.0.0:80", NULL };
	static const char *const none[] = { NULL };
	struct set s;

	(void)state;
	read_set(&s, allow, none);
	assert_string_equal(ask(&s, "", "169.254.1.1", 80), "allowed");
	assert_string_equal(ask(&s, "", "169.254.169.254", 80), "address_not_global");
	assert_string_equal(ask(&s, "", "100.100.100.200", 80), "address_not_global");
	assert_string_equal(ask(&s, "", "100.100.100.201", 80), "allowed");
	assert_string_equal(ask(&s, "", "169.254.169.254", 8080), "allowed");
	assert_string_equal(ask(&s, "", "0.0.0.0", 80), "address_not_global");
}

static void verdicts_say_what_would_help(void **state)
{
	static const char *const allow[] = { "a.com", NULL };
	static const char *const deny[] = { "*.evil.org", NULL };
	struct host_name a = { 5, "a.com" };
	struct host_name evil = { 10, "x.evil.org" };
	struct addr within = { 4, { 10, 0, 0, 5 } };
	struct target t = { &a, NULL, 22 };
	char text[VERDICT_TEXT_MAX];
	struct verdict v;
	struct set s;

	(void)state;
	read_set(&s, allow, deny);
	v = rules_decide(&s.rules, &t);
	verdict_flag(&v, &t, text);
	assert_string_equal(text, "--allow a.com:22");
	verdict_detail(&v, &t, text);
	assert_string_equal(text, "no rule of network.allow names a.com:22");
	t = (struct target){ &a, &within, 443 };
	v = rules_decide(&s.rules, &t);
	verdict_flag(&v, &t, text);
	assert_string_equal(text, "--allow 10.0.0.5:443");
	verdict_detail(&v, &t, text);
	assert_string_equal(text,
			    "a.com:443 leads to 10.0.0.5, a private address, which only a rule "
			    "that names it opens");
	t = (struct target){ &evil, NULL, 443 };
	v = rules_decide(&s.rules, &t);
	verdict_flag(&v, &t, text);
	assert_string_equal(text, "");
	verdict_detail(&v, &t, text);
	assert_string_equal(text, "network.deny names x.evil.org:443: *.evil.org:*");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_rules_allow_nothing),
		cmocka_unit_test(deny_beats_allow),
		cmocka_unit_test(names_that_lead_within_are_denied),
		cmocka_unit_test(metadata_is_named_by_its_very_address),
		cmocka_unit_test(verdicts_say_what_would_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
