/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders: marked from birth, shared, and removed only as they were made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "sandbox/placeholder.h"
#include "sandbox/placeholder_log.h"

static int set_up(void **state)
{
	static char path[] = "/tmp/placeholder.XXXXXX";

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	*state = mkdtemp(path);
	return *state == NULL ? -1 : chdir(path);
}

/* Removing the directory proves that it is empty. */
static int tear_down(void **state)
{
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 ? 0 : st.st_mode & 07777;
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static void both_kinds_come_and_go(void **state)
{
	struct placeholders all = { 0 };
	char text[8] = "";
	int fd;

	(void)state;
	assert_int_equal(placeholder_take(&all, AT_FDCWD, "d", NULL), -EBADF);
	fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(placeholder_take(&all, fd, "d", NULL), 0);
	assert_int_equal(placeholder_take(&all, fd, "f", PLACEHOLDER_HERE), 0);
	assert_true(mode_of("d") & S_ISVTX);
	assert_true(mode_of("f") & S_ISVTX);
	close(fd);
	fd = open("f", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, text, sizeof(text)), 2);
	assert_string_equal(text, PLACEHOLDER_HERE);
	close(fd);
	placeholders_release(&all);
	assert_int_equal(all.n, 0);
	assert_false(exists("d") || exists("f"));
}

static void the_last_one_removes(void **state)
{
	struct placeholders first = { 0 };
	struct placeholders second = { 0 };
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(placeholder_take(&first, here, "d", NULL), 0);
	assert_int_equal(placeholder_take(&second, here, "d", NULL), 0);
	placeholders_release(&first);
	assert_true(exists("d"));
	placeholders_release(&second);
	assert_false(exists("d"));
}

static void what_is_no_placeholder_is_left_alone(void **state)
{
	struct placeholders all = { 0 };
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(mkdir("plain", 0755), 0);
	assert_int_equal(placeholder_take(&all, here, "plain", NULL), -EEXIST);
	assert_int_equal(mkdir("full", 01755), 0);
	assert_int_equal(mkdir("full/x", 0755), 0);
	assert_int_equal(placeholder_take(&all, here, "full", NULL), -EEXIST);
	assert_int_equal(symlink("plain", "link"), 0);
	assert_int_equal(placeholder_take(&all, here, "link", NULL), -EEXIST);
	assert_int_equal(placeholder_adopt(&all, here, "nothing", NULL), -ENOENT);
	assert_int_equal(placeholder_adopt(&all, here, "plain", NULL), -EEXIST);
	placeholders_release(&all);
	assert_int_equal(mode_of("full"), 01755);
	rmdir("full/x");
	rmdir("full");
	rmdir("plain");
	unlink("link");
}

static void what_came_into_one_stays(void **state)
{
	struct placeholders all = { 0 };
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	(void)state;
	assert_int_equal(placeholder_take(&all, here, "d", NULL), 0);
	assert_int_equal(placeholder_take(&all, here, "f", PLACEHOLDER_EMPTY), 0);
	assert_int_equal(mkdir("d/mine", 0755), 0);
	fd = open("f", O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	placeholders_release(&all);
	assert_true(exists("d/mine") && exists("f"));
	assert_int_equal(mode_of("d"), 0755);
	assert_int_equal(mode_of("f"), 0644);
	rmdir("d/mine");
	rmdir("d");
	unlink("f");
}

static void a_replaced_one_is_not_removed(void **state)
{
	struct placeholders all = { 0 };
	AUTO_CLOSE int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(placeholder_take(&all, here, "d", NULL), 0);
	assert_int_equal(rename("d", "old"), 0);
	assert_int_equal(mkdir("d", 01755), 0);
	placeholders_release(&all);
	assert_true(exists("d") && exists("old"));
	rmdir("d");
	rmdir("old");
}

static void the_note_brings_them_back(void **state)
{
	struct placeholders all = { 0 };
	AUTO_CLOSE int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[4096];
	int fd;

	assert_int_equal(mkdir("od\nd", 0755), 0);
	fd = open("od\nd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/od\nd/d", (const char *)*state);
	assert_int_equal(placeholder_note(here, path, NULL), 0);
	assert_int_equal(placeholder_take(&all, fd, "d", NULL), 0);
	snprintf(path, sizeof(path), "%s/od\nd/f", (const char *)*state);
	assert_int_equal(placeholder_note(here, path, PLACEHOLDER_HERE), 0);
	assert_int_equal(placeholder_take(&all, fd, "f", PLACEHOLDER_HERE), 0);
	close(fd);
	placeholders_recover(here);
	assert_true(exists("od\nd/d")); /* somebody relies on it still */
	assert_false(exists("placeholders"));
	placeholders_release(&all);
	assert_false(exists("od\nd/d") || exists("od\nd/f"));
	assert_int_equal(rmdir("od\nd"), 0);
}

/* A note that somebody damaged removes nothing that it should not. */
static void a_bad_note_is_harmless(void **state)
{
	static const char note[] = "x\0/tmp/a\0/\0relative\0/\0/\0/\0/tmp/../etc\0/\0/tmp/cut";
	AUTO_CLOSE int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = open("placeholders", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(write(fd, note, sizeof(note) - 1), sizeof(note) - 1);
	close(fd);
	placeholders_recover(here);
	assert_false(exists("placeholders"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_kinds_come_and_go),
		cmocka_unit_test(the_last_one_removes),
		cmocka_unit_test(what_is_no_placeholder_is_left_alone),
		cmocka_unit_test(what_came_into_one_stays),
		cmocka_unit_test(a_replaced_one_is_not_removed),
		cmocka_unit_test(the_note_brings_them_back),
		cmocka_unit_test(a_bad_note_is_harmless),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
