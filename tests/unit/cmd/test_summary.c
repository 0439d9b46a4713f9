/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the summary that a run ends with, and of its report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/summary.h"
#include "policy/policy.h"
#include "sandbox/report.h"
#include "sandbox/run.h"

#define LINES_MAX 12

/* A policy that asks for nothing but what the tests set. */
static struct policy policy_bare(void)
{
	return (struct policy){ .limits = { POLICY_UNLIMITED, POLICY_UNLIMITED, POLICY_UNLIMITED,
					    POLICY_UNLIMITED, POLICY_UNLIMITED, POLICY_UNLIMITED,
					    POLICY_UNLIMITED } };
}

static size_t lines_of(const struct buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++)
		n += text->p[i] == '\n';
	return n;
}

static void next_steps_are_named(void **state)
{
	struct run_result res = { .id = "0123456789ab",
				  .changed = { .files = 2, .risky = 1, .look = "x (hook)" },
				  .kept = true,
				  .duration_ns = 1234567890 };
	struct policy p = policy_bare();
	AUTO_BUF struct buf out = BUF_INIT(65536);

	(void)state;
	summary_text(&res, &p, &out);
	assert_string_equal(out.p,
			    "tiercel: 1.234 s, exit 0, 2 files changed\n"
			    "tiercel: look twice at 1: x (hook)\n"
			    "tiercel: next: tiercel diff 012345, then tiercel apply 012345 or "
			    "tiercel discard 012345\n");
}

static void it_stays_short(void **state)
{
	struct run_result res = { .id = "0123456789ab",
				  .changed = { .files = 1 },
				  .kept = true,
				  .note = "a\x1b[31mnote\n" };
	struct policy p = policy_bare();
	AUTO_BUF struct buf out = BUF_INIT(65536);
	char target[32];

	(void)state;
	for (int i = 0; i < EVENTS_MAX + 5; i++) {
		snprintf(target, sizeof(target), "10.0.0.%d:443", i);
		events_add(&res.log, "net.connect", target, "no network");
	}
	events_note(&res.reached, &(struct event){ .type = EVENT_ALLOW }, "a.example:443");
	events_note(&res.reached, &(struct event){ .type = EVENT_CLOSE, .in = 1536, .out = 7 },
		    "a.example:443");
	summary_text(&res, &p, &out);
	assert_true(lines_of(&out) <= LINES_MAX);
	assert_null(strchr(out.p, '\x1b'));
	assert_non_null(strstr(out.p, "122 more"));
	assert_non_null(strstr(out.p, "reached 1 host, 1.5 KiB in, 7 B out\n"));
	assert_non_null(strstr(out.p, "beyond"));
}

static void what_was_left_open_is_said(void **state)
{
	static const char *const hosts[] = { "example.org" };
	static const char *const names[] = { "network.allow", "limits.memory" };
	struct run_result res = { .id = "0123456789ab", .limits = { "cgroup v1", "", "" } };
	struct policy p = policy_bare();
	AUTO_BUF struct buf out = BUF_INIT(65536);

	(void)state;
	p.net_allow = (struct policy_list){ hosts, 1 };
	p.limits.memory = 1 << 20;
	p.best_effort = (struct policy_list){ names, 2 };
	summary_text(&res, &p, &out);
	assert_non_null(strstr(out.p, "not enforced, as best_effort allows: network.allow\n"));
}

static const json_t *field_of(const json_t *report, const char *name)
{
	const json_t *fields = json_object_get(report, "fields");

	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *o = json_array_get(fields, i);

		if (strcmp(json_string_value(json_object_get(o, "field")), name) == 0)
			return o;
	}
	return NULL;
}

static void the_report_says_how_and_whence(void **state)
{
	struct run_result res = { .id = "0123456789ab",
				  .note = "\xff",
				  .limits = { "cgroup v1", "", "" } };
	struct policy p = policy_bare();
	const json_t *memory;
	json_t *report;

	(void)state;
	p.limits.memory = UINT64_C(1) << 30;
	p.origin[FIELD_LIMITS_MEMORY] = (struct policy_origin){ "/p\xff.yaml", 3, 5 };
	report = report_json(&res, &p);
	memory = field_of(report, "limits.memory");
	assert_non_null(memory);
	assert_string_equal(json_string_value(json_object_get(memory, "mechanism")), "cgroup v1");
	assert_string_equal(json_string_value(json_object_get(memory, "origin")),
			    "/p\\xff.yaml:3:5");
	assert_string_equal(json_string_value(json_object_get(memory, "result")), "enforced");
	assert_null(field_of(report, "limits.pids"));
	assert_string_equal(json_string_value(json_object_get(report, "note")), "\\xff");
	json_decref(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next_steps_are_named),
		cmocka_unit_test(it_stays_short),
		cmocka_unit_test(what_was_left_open_is_said),
		cmocka_unit_test(the_report_says_how_and_whence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
