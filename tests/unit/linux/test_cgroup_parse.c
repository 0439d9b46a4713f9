/* SPDX-License-Identifier: Apache-2.0 */
/* The texts in which the kernel tells of control groups. */
#include "linux/cgroup_parse.h"

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#define MEMORY (1u << CGROUP_MEMORY)
#define PIDS (1u << CGROUP_PIDS)
#define CPU (1u << CGROUP_CPU)

static const char hybrid[] =
	"5:cpu,cpuacct:/a b\n4:memory:/\n3:pids:/x/y\n1:name=systemd:/s\n0::/u\n";

static void v1_finds_each_controller(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(cgroup_parse_v1(hybrid, CGROUP_CPU, path, sizeof(path)), 0);
	assert_string_equal(path, "/a b");
	assert_int_equal(cgroup_parse_v1(hybrid, CGROUP_MEMORY, path, sizeof(path)), 0);
	assert_string_equal(path, "");
	assert_int_equal(cgroup_parse_v1(hybrid, CGROUP_PIDS, path, sizeof(path)), 0);
	assert_string_equal(path, "/x/y");
	assert_int_equal(cgroup_parse_v1("0::/u\n", CGROUP_PIDS, path, sizeof(path)), -ENOENT);
	assert_int_equal(cgroup_parse_v1("no colon", CGROUP_PIDS, path, sizeof(path)), -ENOENT);
	assert_int_equal(cgroup_parse_v1("3:pids:/x/y\n", CGROUP_PIDS, path, 4), -ENAMETOOLONG);
}

static void v2_finds_its_line_anywhere(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(cgroup_parse_v2(hybrid, path, sizeof(path)), 0);
	assert_string_equal(path, "/u");
	assert_int_equal(cgroup_parse_v2("0::/\n", path, sizeof(path)), 0);
	assert_string_equal(path, "");
	assert_int_equal(cgroup_parse_v2("10::/u\n", path, sizeof(path)), -ENOENT);
	assert_int_equal(cgroup_parse_v2("", path, sizeof(path)), -ENOENT);
}

static void kinds_are_whole_words(void **state)
{
	(void)state;
	assert_int_equal(cgroup_parse_kinds("cpuset cpu io memory hugetlb pids rdma misc\n"),
			 MEMORY | PIDS | CPU);
	assert_int_equal(cgroup_parse_kinds("cpuset cpuacct hugetlb\n"), 0);
	assert_int_equal(cgroup_parse_kinds("cpu,cpuacct"), CPU);
	assert_int_equal(cgroup_parse_kinds("pids"), PIDS);
	assert_int_equal(cgroup_parse_kinds(""), 0);
}

static void kinds_are_printed_as_the_kernel_takes_them(void **state)
{
	char text[64];

	(void)state;
	cgroup_print_kinds(MEMORY | CPU, '+', text, sizeof(text));
	assert_string_equal(text, "+memory +cpu");
	cgroup_print_kinds(PIDS, '-', text, sizeof(text));
	assert_string_equal(text, "-pids");
	cgroup_print_kinds(0, '+', text, sizeof(text));
	assert_string_equal(text, "");
	cgroup_print_kinds(MEMORY | PIDS | CPU, '+', text, 4);
	assert_int_equal(strlen(text), 3);
}

static void units_are_known_by_their_names(void **state)
{
	(void)state;
	assert_true(cgroup_parse_is_unit("/user.slice/user-1.slice/session-3.scope"));
	assert_true(cgroup_parse_is_unit("/system.slice/ssh.service"));
	assert_true(cgroup_parse_is_unit("/user.slice"));
	assert_false(cgroup_parse_is_unit("/system.slice/ssh.service/leaf"));
	assert_false(cgroup_parse_is_unit("/scope"));
	assert_false(cgroup_parse_is_unit(""));
}

static void alone_means_nobody_else(void **state)
{
	(void)state;
	assert_true(cgroup_parse_is_only("42\n", 42, 0));
	assert_false(cgroup_parse_is_only("", 42, 0));
	assert_false(cgroup_parse_is_only("42\n43\n", 42, 0));
	assert_false(cgroup_parse_is_only("142\n", 42, 0));
	/* A process of another pid namespace. */
	assert_false(cgroup_parse_is_only("0\n", 42, 7));
	assert_false(cgroup_parse_is_only("0\n42\n", 42, 0));
	assert_true(cgroup_parse_is_only("42\n", 42, 7));
	assert_true(cgroup_parse_is_only("42\n7\n", 42, 7));
	assert_true(cgroup_parse_is_only("7\n42\n", 42, 7));
	assert_false(cgroup_parse_is_only("7\n", 42, 7));
	assert_false(cgroup_parse_is_only("7\n42\n9\n", 42, 7));
	assert_false(cgroup_parse_is_only("42\n7\n9\n", 42, 7));
}

static void counts_are_of_the_key_itself(void **state)
{
	static const char events[] = "low 0\nmax 12\noom 2\noom_kill 3\noom_group_kill 1\n";

	(void)state;
	assert_int_equal(cgroup_parse_count(events, "oom_kill"), 3);
	assert_int_equal(cgroup_parse_count(events, "max"), 12);
	assert_int_equal(cgroup_parse_count(events, "oom_group_kill"), 1);
	assert_int_equal(cgroup_parse_count(events, "kill"), 0);
	assert_int_equal(cgroup_parse_count("", "max"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v1_finds_each_controller),
		cmocka_unit_test(v2_finds_its_line_anywhere),
		cmocka_unit_test(kinds_are_whole_words),
		cmocka_unit_test(kinds_are_printed_as_the_kernel_takes_them),
		cmocka_unit_test(units_are_known_by_their_names),
		cmocka_unit_test(alone_means_nobody_else),
		cmocka_unit_test(counts_are_of_the_key_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
