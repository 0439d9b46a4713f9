/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the list of mounts: which line is which mount, and where the kernel says it stands. */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux/mountinfo.h"

static void lines_are_read(void **state)
{
	static const struct {
		const char *line;
		uint64_t id;
		unsigned int major, minor;
		const char *at;
	} good[] = {
		{ "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw\n", 36, 98, 0,
		  "/mnt2" },
		{ "4294967296 1 0:4095 / / ro - tmpfs none rw\n", 4294967296, 0, 4095, "/" },
		{ "7 1 8:1 /a /a\\040b\\011c\\012d\\134e rw - x x x\n", 7, 8, 1, "/a b\tc\nd\\e" },
		{ "7 1 8:1 / /\\04 rw", 7, 8, 1, "/\\04" },
		{ "7 1 8:1 / /\\", 7, 8, 1, "/\\" },
	};
	struct mountinfo m;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(mountinfo_parse(good[i].line, &m), 0);
		assert_int_equal(m.id, good[i].id);
		assert_int_equal(m.dev, makedev(good[i].major, good[i].minor));
		assert_string_equal(m.at, good[i].at);
	}
}

static void other_lines_are_refused(void **state)
{
	static const char *const bad[] = { "",
					   "\n",
					   "x",
					   "36",
					   "36 35 98:0",
					   "36 35 98:0 /mnt1",
					   "36 35 98 / /",
					   "- 35 98:0 / /" };
	struct mountinfo m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mountinfo_parse(bad[i], &m), -EBADMSG);
}

static void long_mount_points_are_cut(void **state)
{
	char line[3 * MOUNTINFO_AT_MAX];
	struct mountinfo m;

	(void)state;
	memset(line, 'a', sizeof(line));
	memcpy(line, "1 2 3:4 / /", 11);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(mountinfo_parse(line, &m), 0);
	assert_int_equal(strlen(m.at), MOUNTINFO_AT_MAX - 1);
}

static bool is_root(const struct mountinfo *m, const void *arg)
{
	(void)arg;
	return strcmp(m->at, "/") == 0;
}

static bool is_never(const struct mountinfo *m, const void *arg)
{
	(void)m;
	(void)arg;
	return false;
}

static void mounts_are_found(void **state)
{
	(void)state;
	assert_int_equal(mountinfo_find(getpid(), is_root, NULL), 1);
	assert_int_equal(mountinfo_find(getpid(), is_never, NULL), 0);
	assert_int_equal(mountinfo_find(0, is_never, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(long_mount_points_are_cut),
		cmocka_unit_test(mounts_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
