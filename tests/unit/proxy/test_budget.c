/* SPDX-License-Identifier: Apache-2.0 */
/* Budgets: what is counted, when it is spent, and that no sum and no clock turns it round. */
#include <cmocka.h>

#include "proxy/budget.h"

static void bucket_gives_a_burst_then_a_rate(void **state)
{
	struct bucket b = { 0 };
	int taken = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		taken += bucket_take(&b, 10, 20, 5000);
	assert_int_equal(taken, 20);
	assert_false(bucket_take(&b, 10, 20, 5099));
	assert_true(bucket_take(&b, 10, 20, 5100));
	assert_false(bucket_take(&b, 10, 20, 5100));
	/* Back in time nothing is refilled, nor forgotten. */
	assert_false(bucket_take(&b, 10, 20, 0));
	taken = 0;
	for (uint64_t ms = 6000; ms < 16000; ms += 10)
		taken += bucket_take(&b, 10, 20, ms);
	assert_in_range(taken, 100, 110);
}

static void bucket_stands_extremes(void **state)
{
	struct bucket b = { 0 };

	(void)state;
	assert_true(bucket_take(&b, 0, 0, 0));
	assert_true(bucket_take(&b, 1, 0, 0));
	assert_false(bucket_take(&b, 1, 0, 0));
	assert_true(bucket_take(&b, UINT64_MAX, UINT64_MAX, UINT64_MAX));
	assert_true(bucket_take(&b, 1, UINT64_MAX, UINT64_MAX));
}

static void connections_are_counted(void **state)
{
	struct budget b = { .limits = { .connections = 2, .requests = 3 } };

	(void)state;
	assert_int_equal(budget_connect(&b, 0), BUDGET_OK);
	assert_int_equal(budget_connect(&b, 0), BUDGET_OK);
	assert_int_equal(budget_connect(&b, 0), BUDGET_CONNECTIONS);
	budget_disconnect(&b);
	assert_int_equal(budget_connect(&b, 0), BUDGET_OK);
	budget_disconnect(&b);
	assert_int_equal(budget_connect(&b, 0), BUDGET_REQUESTS);
	assert_int_equal(b.connections, 1);
	assert_int_equal(budget_request(&b, 1000), BUDGET_OK);
	budget_disconnect(&b);
	budget_disconnect(&b);
	assert_int_equal(b.connections, 0);
}

static void bytes_are_counted(void **state)
{
	struct budget b = { .limits = { .bytes = 100, .host_bytes = 60 } };
	uint64_t one = 0;
	uint64_t two = 0;

	(void)state;
	assert_int_equal(budget_bytes(&b, &one, 59), BUDGET_OK);
	assert_int_equal(budget_bytes(&b, &one, 1), BUDGET_HOST_BYTES);
	assert_int_equal(budget_bytes(&b, &two, 39), BUDGET_OK);
	assert_int_equal(budget_bytes(&b, &two, UINT64_MAX), BUDGET_BYTES);
	assert_int_equal(two, UINT64_MAX);
	assert_int_equal(budget_connect(&b, 0), BUDGET_BYTES);
	assert_string_equal(budget_hit_name(BUDGET_HOST_BYTES), "host-bytes");
}

static void questions_are_counted(void **state)
{
	struct budget b = { .limits = { .dns = 100, .dns_names = 2 } };

	(void)state;
	assert_int_equal(budget_dns(&b, true, 0), BUDGET_OK);
	assert_int_equal(budget_dns(&b, true, 0), BUDGET_OK);
	assert_int_equal(budget_dns(&b, true, 0), BUDGET_DNS_NAMES);
	assert_int_equal(budget_dns(&b, false, 0), BUDGET_OK);
	for (int i = 0; i < 96; i++)
		assert_int_equal(budget_dns(&b, false, 0), BUDGET_OK);
	assert_int_equal(budget_dns(&b, false, 0), BUDGET_DNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket_gives_a_burst_then_a_rate),
		cmocka_unit_test(bucket_stands_extremes),
		cmocka_unit_test(connections_are_counted),
		cmocka_unit_test(bytes_are_counted),
		cmocka_unit_test(questions_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
