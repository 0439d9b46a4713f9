/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the plan's verifier: what a builder makes passes, and no changed byte slips through. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan.h"
#include "plan/verify.h"

static const uint64_t filter[] = { 6 };

/* The least that a plan may be. */
static void plan_make(struct buf *out, struct plan_op extra, const char *a)
{
	struct plan_builder b = PLAN_BUILDER_INIT;

	plan_add(&b, (struct plan_op){ .kind = PLAN_CLONE }, NULL, NULL, 0);
	plan_add(&b, (struct plan_op){ .kind = PLAN_MAP, .n = { 1000, 1000, 1000, 1000 } }, NULL,
		 NULL, 0);
	if (extra.kind != PLAN_CLONE)
		plan_add(&b, extra, a, "x", 1);
	plan_add(&b, (struct plan_op){ .kind = PLAN_CAPS }, NULL, NULL, 0);
	plan_add(&b, (struct plan_op){ .kind = PLAN_NO_NEW_PRIVS }, NULL, NULL, 0);
	plan_add(&b, (struct plan_op){ .kind = PLAN_SECCOMP }, NULL, filter, sizeof(filter));
	plan_add(&b, (struct plan_op){ .kind = PLAN_ENV, .n = { 1 } }, NULL, "A=b", 4);
	plan_add(&b, (struct plan_op){ .kind = PLAN_EXEC, .n = { 1 } }, "/", "true", 5);
	assert_int_equal(plan_finish(&b, out, NULL), 0);
	plan_builder_done(&b);
}

static int verdict(struct plan_op extra, const char *a)
{
	AUTO_BUF struct buf plan = BUF_INIT(PLAN_BYTES_MAX);

	plan_make(&plan, extra, a);
	return plan_verify(plan.p, plan.n, NULL);
}

static void plan_verify_takes_what_a_builder_makes(void **state)
{
	(void)state;
	assert_int_equal(verdict((struct plan_op){ 0 }, NULL), 0);
	assert_int_equal(verdict((struct plan_op){ .kind = PLAN_DIR, .n = { 0755 } }, "/tmp"), 0);
}

static void plan_verify_refuses_paths_that_are_not_normal(void **state)
{
	static const char *const bad[] = { "", "tmp", "/tmp/", "/tmp/../etc", "/./x", "//x" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(verdict((struct plan_op){ .kind = PLAN_DIR }, bad[i]), -EBADMSG);
}

static void plan_verify_refuses_order_flags_and_kinds(void **state)
{
	(void)state;
	assert_int_equal(verdict((struct plan_op){ .kind = PLAN_KIND_END }, "/"), -EBADMSG);
	assert_int_equal(
		verdict((struct plan_op){ .kind = PLAN_DIR, .flags = PLAN_F_NOTIFY }, "/x"),
		-EBADMSG);
	assert_int_equal(
		verdict((struct plan_op){ .kind = PLAN_REDIRECT, .n = { 65536 } }, "a rule"),
		-EBADMSG);
	assert_int_equal(
		verdict((struct plan_op){ .kind = PLAN_REDIRECT, .n = { 65535 } }, "a rule"), 0);
	/* A second seccomp row, a store without its overlay, a pivot without a root. */
	assert_int_equal(verdict((struct plan_op){ .kind = PLAN_SECCOMP }, NULL), -EBADMSG);
	assert_int_equal(verdict((struct plan_op){ .kind = PLAN_STORE }, "/x"), -EBADMSG);
	assert_int_equal(verdict((struct plan_op){ .kind = PLAN_PIVOT }, NULL), -EBADMSG);
	assert_int_equal(verdict((struct plan_op){ .kind = PLAN_MAP,
						   .flags = PLAN_F_ROOT,
						   .n = { 0, 0, 0, 0 } },
				 NULL),
			 -EBADMSG);
}

static void plan_verify_reads_within_any_cut(void **state)
{
	AUTO_BUF struct buf plan = BUF_INIT(PLAN_BYTES_MAX);

	(void)state;
	plan_make(&plan, (struct plan_op){ 0 }, NULL);
	for (size_t n = 0; n < plan.n; n++) {
		char *cut = test_malloc(n + 1);

		memcpy(cut, plan.p, n);
		assert_int_equal(plan_verify(cut, n, NULL), -EBADMSG);
		test_free(cut);
	}
}

/* Each offset and length set to what lies outside: the sanitizer watches the reads. */
static void plan_verify_holds_every_offset(void **state)
{
	static const uint32_t values[] = { 1u << 31, UINT32_MAX, UINT32_MAX - 1, 4096 };
	AUTO_BUF struct buf plan = BUF_INIT(PLAN_BYTES_MAX);

	(void)state;
	plan_make(&plan, (struct plan_op){ .kind = PLAN_DIR }, "/tmp");
	for (size_t at = 0; at + 4 <= plan.n; at += 4) {
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			uint32_t old;

			memcpy(&old, plan.p + at, 4);
			memcpy(plan.p + at, &values[i], 4);
			(void)plan_verify(plan.p, plan.n, NULL);
			memcpy(plan.p + at, &old, 4);
		}
	}
	assert_int_equal(plan_verify(plan.p, plan.n, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan_verify_takes_what_a_builder_makes),
		cmocka_unit_test(plan_verify_refuses_paths_that_are_not_normal),
		cmocka_unit_test(plan_verify_refuses_order_flags_and_kinds),
		cmocka_unit_test(plan_verify_reads_within_any_cut),
		cmocka_unit_test(plan_verify_holds_every_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
