/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the event log: counting, bounds, and the file it is kept in. */
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
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "review/discard.h"
#include "sandbox/events.h"
#include "sandbox/events_read.h"

#define FLOOD 100000

struct place {
	char path[64];
	int dir;
};

static int place_make(void **state)
{
	static const char form[] = "/tmp/tiercel-unit-XXXXXX";
	struct place *p = calloc(1, sizeof(*p));

	*state = p;
	memcpy(p->path, form, sizeof(form));
	if (!mkdtemp(p->path))
		return -1;
	p->dir = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->dir < 0 ? -1 : 0;
}

static int place_remove(void **state)
{
	struct place *p = *state;
	int r = review_remove_tree(AT_FDCWD, p->path, NULL);

	fd_close(p->dir);
	free(p);
	return r;
}

static void file_is(const struct place *p, const char *text)
{
	int fd = openat(p->dir, "events.jsonl", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_full(fd, text, strlen(text)), 0);
	close(fd);
}

static json_int_t count_of(const json_t *list, size_t i)
{
	return json_integer_value(json_object_get(json_array_get(list, i), "count"));
}

static void equal_events_are_one(void **state)
{
	struct events_log log = { 0 };

	(void)state;
	events_add(&log, "syscall", "mount", "no");
	events_add(&log, "syscall", "mount", "no");
	events_add(&log, "syscall", "ptrace", "no");
	events_add(&log, "net.connect", "mount", "no");
	assert_int_equal(log.n, 3);
	assert_int_equal(log.event[0].count, 2);
	assert_true(events_has(&log, "net.connect", NULL));
	assert_false(events_has(&log, "net", NULL));
}

static void targets_cannot_steer_a_terminal(void **state)
{
	struct events_log log = { 0 };

	(void)state;
	events_add(&log, "net.dns", "a\x1b[2J\n", "no");
	assert_string_equal(log.event[0].target, "a\\x1b[2J\\n");
}

static void what_does_not_fit_is_counted(void **state)
{
	struct events_log log = { 0 };
	char target[32];

	(void)state;
	for (int i = 0; i < EVENTS_MAX + 7; i++) {
		snprintf(target, sizeof(target), "host-%d", i);
		events_add(&log, "net.connect", target, "no");
	}
	assert_int_equal(log.n, EVENTS_MAX);
	assert_int_equal(log.dropped, 7);
}

static void a_flood_fills_no_disk(void **state)
{
	const struct place *p = *state;
	struct events_log log = { .dir = p->dir };
	json_t *list = NULL;
	struct stat st;

	for (int i = 0; i < FLOOD; i++)
		events_add(&log, "syscall", "mount", "no");
	log.dropped = 3;
	events_settle(&log);
	assert_int_equal(fstatat(p->dir, "events.jsonl", &st, 0), 0);
	assert_true(st.st_size < 4096);
	assert_int_equal(events_load(p->dir, &list, NULL), 0);
	assert_int_equal(json_array_size(list), 2);
	assert_int_equal(count_of(list, 0), FLOOD);
	assert_int_equal(count_of(list, 1), 3);
	json_decref(list);
}

static void no_file_is_no_event(void **state)
{
	const struct place *p = *state;
	json_t *list = NULL;

	assert_int_equal(events_load(p->dir, &list, NULL), 0);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

static void a_torn_last_line_is_left_out(void **state)
{
	const struct place *p = *state;
	json_t *list = NULL;

	file_is(p, "{\"time_ns\":1,\"type\":\"a\",\"target\":\"b\",\"reason\":\"c\",\"count\":1}\n"
		   "{\"time_ns\":1,\"type\":\"a\",\"tar");
	assert_int_equal(events_load(p->dir, &list, NULL), 0);
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
}

static void a_damaged_line_is_named(void **state)
{
	static const char *const bad[] = { "\n", "[]\n", "{}\n", "{\"type\":1}\n",
					   "{\"time_ns\":1,\"type\":\"a\",\"target\":\"b\","
					   "\"reason\":\"c\",\"count\":\"x\"}\n" };
	const struct place *p = *state;
	json_t *list = NULL;
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		file_is(p, bad[i]);
		assert_int_equal(events_load(p->dir, &list, &e), -EBADMSG);
		assert_non_null(strstr(e.text, ":1:"));
	}
	assert_null(list);
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, place_make, place_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_events_are_one),
		cmocka_unit_test(targets_cannot_steer_a_terminal),
		cmocka_unit_test(what_does_not_fit_is_counted),
		FILE_TEST(a_flood_fills_no_disk),
		FILE_TEST(no_file_is_no_event),
		FILE_TEST(a_torn_last_line_is_left_out),
		FILE_TEST(a_damaged_line_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
