/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes are lent up to the maximum, whoever waits is woken, and one is always kept. */
#include <cmocka.h>
#include <unistd.h>

#include "proxy/pipes.h"

struct waiter {
	struct pipe_wait wait;
	struct task task;
	int n;
};

static void count(struct task *t)
{
	struct waiter *w = (struct waiter *)(void *)((char *)t - offsetof(struct waiter, task));

	w->n++;
}

static void who_waits_is_woken_in_turn(void **state)
{
	struct waiter a = { .task.run = count };
	struct waiter b = { .task.run = count };
	struct pipes p;
	struct loop l = { 0 };
	struct pipe *one;

	(void)state;
	a.wait.task = &a.task;
	b.wait.task = &b.task;
	assert_int_equal(pipes_init(&p, 1), 0);
	one = pipes_lend(&p, &a.wait);
	assert_non_null(one);
	assert_null(pipes_lend(&p, &a.wait));
	assert_null(pipes_lend(&p, &b.wait));
	pipes_return(&p, &l, one, true);
	assert_ptr_equal(l.first, &a.task);
	assert_null(a.task.next);
	one = pipes_lend(&p, &a.wait);
	pipes_forget(&b.wait);
	l.first = NULL;
	pipes_return(&p, &l, one, true);
	assert_null(l.first);
	pipes_done(&p);
}

static void the_last_one_is_emptied_and_kept(void **state)
{
	struct waiter a = { 0 };
	struct pipes p;
	struct loop l = { 0 };
	struct pipe *one;
	struct pipe *two;
	char byte;

	(void)state;
	assert_int_equal(pipes_init(&p, 2), 0);
	one = pipes_lend(&p, &a.wait);
	two = pipes_lend(&p, &a.wait);
	assert_int_equal(write(two->write_end, "x", 1), 1);
	pipes_return(&p, &l, two, false);
	assert_int_equal(p.n, 1);
	assert_int_equal(write(one->write_end, "x", 1), 1);
	pipes_return(&p, &l, one, false);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.n_free, 1);
	assert_int_equal(read(p.free->read_end, &byte, 1), -1);
	pipes_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_is_woken_in_turn),
		cmocka_unit_test(the_last_one_is_emptied_and_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
