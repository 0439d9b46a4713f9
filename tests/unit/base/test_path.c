/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of paths: what is normal, what lies within what, and what no link may lead to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/path.h"
#include "review/discard.h"

/* A directory with in/file, links that lead in, out and round, and a secret beside it. */
struct place {
	char path[32];
	int dir; /* path/in */
};

static int place_make(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	AUTO_CLOSE int top = -EBADF;

	*state = p;
	snprintf(p->path, sizeof(p->path), "/tmp/tiercel-unit-XXXXXX");
	if (!mkdtemp(p->path))
		return -1;
	top = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(top, "in", 0700) < 0 || mkdirat(top, "in/sub", 0700) < 0)
		return -1;
	fd_close(openat(top, "secret", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	fd_close(openat(top, "in/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	p->dir = openat(top, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return symlinkat("file", p->dir, "near") || symlinkat("sub", p->dir, "dir") ||
	       symlinkat("../secret", p->dir, "out") || symlinkat("/file", p->dir, "top") ||
	       symlinkat("loop", p->dir, "loop") || p->dir < 0;
}

static int place_remove(void **state)
{
	struct place *p = *state;
	int r = review_remove_tree(AT_FDCWD, p->path, NULL);

	fd_close(p->dir);
	free(p);
	return r;
}

static int opens(int r)
{
	if (r < 0)
		return r;
	fd_close(r);
	return 0;
}

static void nothing_beneath_leads_out(void **state)
{
	static const struct {
		const char *path;
		int result;
	} tries[] = {
		{ "file", 0 },
		{ "./file", 0 },
		{ "sub/../file", 0 },
		{ "near", -ELOOP },
		{ "dir/../file", -ELOOP },
		{ "out", -ELOOP },
		{ "loop", -ELOOP },
		{ "../secret", -EXDEV },
		{ "sub/../../secret", -EXDEV },
		{ "/etc/passwd", -EXDEV },
		{ "gone", -ENOENT },
		{ "file/x", -ENOTDIR },
		{ "", -ENOENT },
	};
	struct place *p = *state;

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		int r = opens(path_open_beneath(p->dir, tries[i].path, O_RDONLY, 0));

		if (r != tries[i].result)
			fail_msg("%s: %d", tries[i].path, r);
	}
}

static void a_root_is_the_end_of_every_way_up(void **state)
{
	struct place *p = *state;

	assert_int_equal(opens(path_open_in_root(p->dir, "near", O_RDONLY, 0)), 0);
	assert_int_equal(opens(path_open_in_root(p->dir, "top", O_RDONLY, 0)), 0);
	assert_int_equal(opens(path_open_in_root(p->dir, "/../../file", O_RDONLY, 0)), 0);
	assert_int_equal(opens(path_open_in_root(p->dir, "out", O_RDONLY, 0)), -ENOENT);
	assert_int_equal(opens(path_open_in_root(p->dir, "loop", O_RDONLY, 0)), -ELOOP);
}

static void plain_paths_follow_links_but_no_magic_ones(void **state)
{
	struct place *p = *state;
	AUTO_CLOSE int fd = path_open_plain(p->dir, "out", O_RDONLY, 0);
	char magic[64];

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	snprintf(magic, sizeof(magic), "/proc/self/fd/%d", fd);
	assert_int_equal(opens(path_open_plain(AT_FDCWD, magic, O_RDONLY, 0)), -ELOOP);
}

static void directories_are_made_without_following_links(void **state)
{
	struct place *p = *state;
	struct err e = { 0 };
	char longest[300];

	assert_int_equal(opens(path_mkdirs(p->dir, "a/b//c/", 0700, NULL)), 0);
	assert_int_equal(opens(path_mkdirs(p->dir, "a/b/c", 0700, NULL)), 0);
	assert_int_equal(opens(path_mkdirs(p->dir, "/a/d", 0700, NULL)), 0);
	assert_int_equal(opens(path_mkdirs(p->dir, "", 0700, NULL)), 0);
	assert_int_equal(opens(path_open_beneath(p->dir, "a/b/c", O_PATH | O_DIRECTORY, 0)), 0);
	assert_int_equal(opens(path_open_beneath(p->dir, "a/d", O_PATH | O_DIRECTORY, 0)), 0);
	assert_int_equal(opens(path_mkdirs(p->dir, "dir/x", 0700, &e)), -ELOOP);
	assert_non_null(strstr(e.text, "dir/x"));
	assert_int_equal(opens(path_mkdirs(p->dir, "file/x", 0700, NULL)), -ENOTDIR);
	assert_int_equal(opens(path_mkdirs(p->dir, "../made", 0700, NULL)), -EXDEV);
	assert_int_equal(opens(path_mkdirs(p->dir, "new/../../made", 0700, NULL)), -EXDEV);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(opens(path_mkdirs(p->dir, longest, 0700, NULL)), -ENAMETOOLONG);
	assert_int_equal(faccessat(p->dir, "../made", F_OK, 0), -1);
}

static void normal_paths_have_one_spelling(void **state)
{
	static const char *const good[] = { "/", "/a", "/a/b", "/..a", "/a..", "/.a/b.", "/..." };
	static const char *const bad[] = { "",	    "a",    "./a",   "/.",     "/..",
					   "/a/",   "//",   "//a",   "/a//b",  "/a/.",
					   "/a/..", "/./a", "/../a", "/a/../b" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!path_normal(good[i]))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (path_normal(bad[i]))
			fail_msg("%s", bad[i]);
}

static void within_ends_at_component_borders(void **state)
{
	(void)state;
	assert_true(path_within("/a/b", "/a/b"));
	assert_true(path_within("/a/b/c", "/a/b"));
	assert_true(path_within("/a", "/"));
	assert_true(path_within("/", "/"));
	assert_false(path_within("/a/bc", "/a/b"));
	assert_false(path_within("/a", "/a/b"));
	assert_false(path_within("/", "/a"));
	assert_false(path_within("a", "/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_beneath_leads_out),
		cmocka_unit_test(a_root_is_the_end_of_every_way_up),
		cmocka_unit_test(plain_paths_follow_links_but_no_magic_ones),
		cmocka_unit_test(directories_are_made_without_following_links),
		cmocka_unit_test(normal_paths_have_one_spelling),
		cmocka_unit_test(within_ends_at_component_borders),
	};

	return cmocka_run_group_tests(tests, place_make, place_remove);
}
