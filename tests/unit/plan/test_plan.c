/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the builder of plans and of the table of kinds. */
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "plan/plan.h"

static void strings_are_found_again(void **state)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	AUTO_BUF struct buf out = BUF_INIT(PLAN_BYTES_MAX);
	const struct plan *p;

	(void)state;
	plan_add(&b, (struct plan_op){ .kind = PLAN_DIR, .n = { 0755 } }, "/a", NULL, 0);
	plan_add(&b, (struct plan_op){ .kind = PLAN_FILE, .field = 7 }, "/b", "x\0y", 3);
	plan_add(&b, (struct plan_op){ .kind = PLAN_PIVOT }, NULL, NULL, 0);
	assert_int_equal(plan_finish(&b, &out, NULL), 0);
	p = (const struct plan *)(const void *)out.p;
	assert_int_equal(p->ops, 3);
	assert_int_equal(p->size, out.n);
	assert_string_equal(plan_a(p, &p->op[0]), "/a");
	assert_int_equal(p->op[0].n[0], 0755);
	assert_int_equal(p->op[0].b_len, 0);
	assert_string_equal(plan_a(p, &p->op[1]), "/b");
	assert_int_equal(p->op[1].b_len, 3);
	assert_memory_equal(plan_b(p, &p->op[1]), "x\0y", 4);
	assert_int_equal(p->op[1].field, 7);
}

static void too_many_operations_are_refused(void **state)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	AUTO_BUF struct buf out = BUF_INIT(PLAN_BYTES_MAX);
	struct err e = { 0 };

	(void)state;
	for (unsigned int i = 0; i < PLAN_OPS_MAX; i++)
		plan_add(&b, (struct plan_op){ .kind = PLAN_MASK }, "/a", NULL, 0);
	assert_int_equal(plan_finish(&b, &out, NULL), 0);
	buf_done(&out);
	plan_add(&b, (struct plan_op){ .kind = PLAN_MASK }, "/a", NULL, 0);
	assert_int_equal(plan_finish(&b, &out, &e), -E2BIG);
	assert_string_equal(e.text, "plan is too large: Argument list too long");
}

static void too_many_bytes_are_refused(void **state)
{
	CLEANUP(plan_builder_done) struct plan_builder b = PLAN_BUILDER_INIT;
	AUTO_BUF struct buf out = BUF_INIT(PLAN_BYTES_MAX);
	char *big = calloc(1, PLAN_BYTES_MAX / 4);

	(void)state;
	for (int i = 0; i < 3; i++)
		plan_add(&b, (struct plan_op){ .kind = PLAN_FILE }, "/a", big, PLAN_BYTES_MAX / 4);
	assert_int_equal(plan_finish(&b, &out, NULL), -E2BIG);
	free(big);
}

static void every_kind_has_its_row(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PLAN_KIND_END; i++) {
		const struct plan_shape *s = plan_shape_of(i);

		assert_non_null(s->name);
		assert_true(s->phase < PHASE_END);
		assert_int_equal(strspn(s->args, "pahb"), strlen(s->args));
		/* Tests leave an operation out by its name, so no two may share one. */
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(s->name, plan_shape_of(k)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_found_again),
		cmocka_unit_test(too_many_operations_are_refused),
		cmocka_unit_test(too_many_bytes_are_refused),
		cmocka_unit_test(every_kind_has_its_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
