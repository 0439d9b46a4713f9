/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the store: creation, names, locks, lookup, removal, and what killed processes leave. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "review/discard.h"
#include "sandbox/hold.h"
#include "sandbox/name.h"
#include "sandbox/removal.h"
#include "sandbox/store.h"
#include "sandbox/sweep.h"

#define DEPTH 3000
#define RACERS 8

static int state_make(void **state)
{
	char dir[] = "/tmp/tiercel-unit-XXXXXX";

	if (!mkdtemp(dir))
		return -1;
	*state = strdup(dir);
	return setenv("XDG_STATE_HOME", dir, 1);
}

static int state_remove(void **state)
{
	int r = review_remove_tree(AT_FDCWD, *state, NULL);

	free(*state);
	return r;
}

static int counted(struct store_box *box, void *arg)
{
	(void)box;
	++*(int *)arg;
	return 0;
}

static int count(void)
{
	int n = 0;

	assert_int_equal(store_each(counted, &n, NULL), 0);
	return n;
}

static void names_follow_the_rule(void **state)
{
	static const char *const bad[] = { "",	 "-a", ".a",  "_a",   "A",  "a b",  "a/b",
					   "..", "a%", "a\n", "\xc3", "@a", "a\x1b" };
	char longest[STORE_NAME_MAX + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(name_check(bad[i], NULL), -EINVAL);
	assert_int_equal(name_check("0", NULL), 0);
	assert_int_equal(name_check("a-b_c.d", NULL), 0);
	memset(longest, 'a', sizeof(longest));
	longest[STORE_NAME_MAX + 1] = '\0';
	assert_int_equal(name_check(longest, NULL), -EINVAL);
	longest[STORE_NAME_MAX] = '\0';
	assert_int_equal(name_check(longest, NULL), 0);
}

static void a_new_one_runs_and_is_found(void **state)
{
	CLEANUP(store_box_done) struct store_box made = STORE_BOX_INIT;
	CLEANUP(store_box_done) struct store_box found = STORE_BOX_INIT;
	char prefix[5] = "";

	(void)state;
	assert_int_equal(store_create("first", &made, NULL), 0);
	assert_true(store_is_running(&made));
	assert_int_equal(store_find("first", &found, NULL), 0);
	assert_string_equal(found.id, made.id);
	assert_true(store_is_running(&found));
	store_box_done(&found);
	assert_int_equal(store_find(made.id, &found, NULL), 0);
	store_box_done(&found);
	memcpy(prefix, made.id, 4);
	assert_int_equal(store_find(prefix, &found, NULL), 0);
	assert_string_equal(found.id, made.id);
	made.lock = fd_close(made.lock);
	assert_false(store_is_running(&found));
}

static void a_taken_name_is_refused_until_it_is_free(void **state)
{
	CLEANUP(store_box_done) struct store_box a = STORE_BOX_INIT;
	CLEANUP(store_box_done) struct store_box b = STORE_BOX_INIT;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(store_create("otter", &a, NULL), 0);
	assert_int_equal(store_create("otter", &b, &e), -EEXIST);
	assert_non_null(strstr(e.text, a.id));
	assert_int_equal(count(), 1);
	assert_int_equal(store_remove(&a, NULL), 0);
	assert_int_equal(store_create("otter", &b, NULL), 0);
}

static void a_name_outlives_no_sandbox(void **state)
{
	CLEANUP(store_box_done) struct store_box a = STORE_BOX_INIT;
	CLEANUP(store_box_done) struct store_box b = STORE_BOX_INIT;
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];

	(void)state;
	all = store_open(base, NULL);
	assert_int_equal(store_create("heron", &a, NULL), 0);
	assert_int_equal(review_remove_tree(all, a.id, NULL), 0);
	assert_int_equal(store_create("heron", &b, NULL), 0);
	/* The first one's end must not free the name of the second. */
	name_release(all, a.id, "heron");
	store_box_done(&a);
	assert_int_equal(store_find("heron", &a, NULL), 0);
	assert_string_equal(a.id, b.id);
}

static void made_up_names_are_good_ones(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;

		assert_int_equal(store_create(NULL, &box, NULL), 0);
		assert_int_equal(name_check(box.name, NULL), 0);
		assert_non_null(strchr(box.name, '-'));
	}
	assert_int_equal(count(), 50);
}

static void only_one_settles_at_a_time(void **state)
{
	CLEANUP(store_box_done) struct store_box made = STORE_BOX_INIT;
	CLEANUP(store_box_done) struct store_box a = STORE_BOX_INIT;
	CLEANUP(store_box_done) struct store_box b = STORE_BOX_INIT;

	(void)state;
	assert_int_equal(store_create("one", &made, NULL), 0);
	assert_int_equal(store_find("one", &a, NULL), 0);
	assert_int_equal(store_find("one", &b, NULL), 0);
	assert_int_equal(store_remove(&a, NULL), -EBUSY);
	made.lock = fd_close(made.lock);
	assert_int_equal(store_hold(&a, NULL), 0);
	assert_int_equal(store_hold(&a, NULL), 0);
	assert_int_equal(store_hold(&b, NULL), -EBUSY);
	assert_int_equal(store_remove(&b, NULL), -EBUSY);
	/* Who settles does not make it look as if it ran. */
	assert_false(store_is_running(&b));
	assert_int_equal(store_remove(&a, NULL), 0);
	assert_int_equal(count(), 0);
}

static void what_is_no_sandbox_is_not_found(void **state)
{
	static const char *const absent[] = { "",   "a",  "..", "../x", "abcdefabcdef",
					      "ff", "@x", "%s", "/" };
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(absent); i++)
		assert_int_equal(store_find(absent[i], &box, &e), -ENOENT);
	assert_non_null(strstr(e.text, "ps -a"));
}

static void a_short_beginning_must_be_unambiguous(void **state)
{
	AUTO_CLOSE int all = -EBADF;
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	char base[STORE_PATH_MAX];

	(void)state;
	all = store_open(base, NULL);
	assert_int_equal(mkdirat(all, "aaaaaaaaaaaa", 0700), 0);
	assert_int_equal(mkdirat(all, "aaaaaaaaaaab", 0700), 0);
	assert_int_equal(store_find("aaaa", &box, NULL), -EINVAL);
	assert_int_equal(store_find("aaaaaaaaaaa", &box, NULL), -EINVAL);
	assert_int_equal(store_find("aaaaaaaaaaab", &box, NULL), 0);
}

/* Deep, closed directories, odd names, links that lead out. */
static void hostile_fill(int dir)
{
	AUTO_CLOSE int at = -EBADF;

	at = fd_copy_above(dir);
	for (int i = 0; i < DEPTH; i++) {
		int next;

		assert_int_equal(mkdirat(at, "d", 0700), 0);
		assert_int_equal(symlinkat("/etc", at, "out"), 0);
		assert_int_equal(mkdirat(at, "-rf\n\xff", 0), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		assert_int_equal(fchmod(at, 0), 0);
		fd_close(at);
		at = next;
	}
}

static void hostile_trees_are_removed(void **state)
{
	CLEANUP(store_box_done) struct store_box box = STORE_BOX_INIT;
	AUTO_CLOSE int dir = -EBADF;

	(void)state;
	assert_int_equal(store_create(NULL, &box, NULL), 0);
	assert_int_equal(mkdirat(box.dir, "root0", 0700), 0);
	dir = openat(box.dir, "root0", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	hostile_fill(dir);
	assert_int_equal(store_remove(&box, NULL), 0);
	assert_int_equal(count(), 0);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

static void old_enough(int all, const char *name)
{
	const struct timespec old[2] = { { .tv_sec = 1000000 }, { .tv_sec = 1000000 } };

	assert_int_equal(utimensat(all, name, old, 0), 0);
}

static void sweeping_clears_what_the_killed_left(void **state)
{
	CLEANUP(store_box_done) struct store_box live = STORE_BOX_INIT;
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];

	(void)state;
	all = store_open(base, NULL);
	assert_int_equal(mkdirat(all, ".trash-bbbbbbbbbbbb", 0700), 0);
	assert_int_equal(mkdirat(all, ".trash-bbbbbbbbbbbb/x", 0700), 0);
	assert_int_equal(mkdirat(all, "cccccccccccc", 0700), 0);
	assert_int_equal(mkdirat(all, "dddddddddddd", 0700), 0);
	assert_int_equal(symlinkat("eeeeeeeeeeee", all, "@gone"), 0);
	old_enough(all, ".trash-bbbbbbbbbbbb");
	old_enough(all, "cccccccccccc");
	assert_int_equal(store_create("live", &live, NULL), 0);
	assert_int_equal(sweep_store(NULL), 0);
	assert_int_equal(faccessat(all, ".trash-bbbbbbbbbbbb", F_OK, 0), -1);
	assert_int_equal(faccessat(all, "cccccccccccc", F_OK, 0), -1);
	/* One that may be in the making right now stays. */
	assert_int_equal(faccessat(all, "dddddddddddd", F_OK, 0), 0);
	assert_int_equal(faccessat(all, "@gone", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_int_equal(faccessat(all, "@live", F_OK, 0), 0);
}

static void of_racers_for_a_name_one_wins(void **state)
{
	int ready[2], won = 0;

	(void)state;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	for (int i = 0; i < RACERS; i++) {
		if (fork() == 0) {
			struct store_box box = STORE_BOX_INIT;
			char go;

			close(ready[1]);
			(void)!read(ready[0], &go, 1);
			_exit(store_create("prize", &box, NULL) == 0 ? 1 : 0);
		}
	}
	close(ready[0]);
	close(ready[1]);
	for (int i = 0; i < RACERS; i++) {
		int status = 0;

		assert_true(wait(&status) > 0);
		won += WEXITSTATUS(status);
	}
	assert_int_equal(won, 1);
	assert_int_equal(count(), 1);
}

static void a_store_that_others_may_write_is_refused(void **state)
{
	char base[STORE_PATH_MAX];
	struct err e = { 0 };
	int all = store_open(base, NULL);

	(void)state;
	assert_int_equal(fchmod(all, 0777), 0);
	fd_close(all);
	assert_int_equal(store_open(base, &e), -EPERM);
	assert_non_null(strstr(e.text, base));
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, state_make, state_remove)

static void state_directory_behind_a_link_is_made(void **state)
{
	struct store_box box = STORE_BOX_INIT;
	const char *dir = *state;
	char path[128];
	char link[128];
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(at >= 0);
	assert_int_equal(mkdirat(at, "real", 0700), 0);
	assert_int_equal(symlinkat("real", at, "link"), 0);
	snprintf(link, sizeof(link), "%s/link/a/b", dir);
	snprintf(path, sizeof(path), "%s/real/a/b/tiercel/sandboxes", dir);
	setenv("XDG_STATE_HOME", link, 1);
	assert_int_equal(store_create(NULL, &box, NULL), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(store_remove(&box, NULL), 0);
	store_box_done(&box);
	setenv("XDG_STATE_HOME", dir, 1);
	close(at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(state_directory_behind_a_link_is_made),
		cmocka_unit_test(names_follow_the_rule),
		STORE_TEST(a_new_one_runs_and_is_found),
		STORE_TEST(a_taken_name_is_refused_until_it_is_free),
		STORE_TEST(a_name_outlives_no_sandbox),
		STORE_TEST(made_up_names_are_good_ones),
		STORE_TEST(only_one_settles_at_a_time),
		STORE_TEST(what_is_no_sandbox_is_not_found),
		STORE_TEST(a_short_beginning_must_be_unambiguous),
		STORE_TEST(hostile_trees_are_removed),
		STORE_TEST(sweeping_clears_what_the_killed_left),
		STORE_TEST(of_racers_for_a_name_one_wins),
		STORE_TEST(a_store_that_others_may_write_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
