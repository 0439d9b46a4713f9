/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of whole files: the maximum, replacement, and what stays when a write fails. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/file.h"
#include "review/discard.h"

#define BIG 100000

struct place {
	char path[32];
	int dir;
};

static int place_make(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	*state = p;
	snprintf(p->path, sizeof(p->path), "/tmp/tiercel-unit-XXXXXX");
	if (!mkdtemp(p->path))
		return -1;
	p->dir = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->dir < 0;
}

static int place_remove(void **state)
{
	struct place *p = *state;
	int r = review_remove_tree(AT_FDCWD, p->path, NULL);

	fd_close(p->dir);
	free(p);
	return r;
}

static int entries(const struct place *p)
{
	DIR *d = opendir(p->path);
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void what_was_written_reads_back(void **state)
{
	struct place *p = *state;
	AUTO_BUF struct buf b = BUF_INIT(BIG);
	char *big = calloc(1, BIG);
	struct stat st;

	assert_int_equal(file_write(p->dir, "f", "a\0b", 3, NULL), 0);
	assert_int_equal(file_read(p->dir, "f", &b, NULL), 0);
	assert_int_equal(b.n, 3);
	assert_memory_equal(b.p, "a\0b", 3);
	assert_int_equal(fstatat(p->dir, "f", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	buf_done(&b);
	assert_int_equal(file_write_synced(p->dir, "f", big, BIG, NULL), 0);
	assert_int_equal(file_read(p->dir, "f", &b, NULL), 0);
	assert_int_equal(b.n, BIG);
	assert_int_equal(entries(p), 1);
	free(big);
}

static void a_file_larger_than_the_buffer_may_be_is_refused(void **state)
{
	struct place *p = *state;
	AUTO_BUF struct buf b = BUF_INIT(4);
	struct err e = { 0 };

	assert_int_equal(file_write(p->dir, "f", "12345", 5, NULL), 0);
	assert_int_equal(file_read(p->dir, "f", &b, &e), -E2BIG);
	assert_non_null(strstr(e.text, "cannot read f"));
	buf_done(&b);
	assert_int_equal(file_write(p->dir, "f", "1234", 4, NULL), 0);
	assert_int_equal(file_read(p->dir, "f", &b, NULL), 0);
	buf_done(&b);
	assert_int_equal(file_write(p->dir, "f", "", 0, NULL), 0);
	assert_int_equal(file_read(p->dir, "f", &b, NULL), 0);
	assert_int_equal(b.n, 0);
}

static void what_is_no_file_says_so(void **state)
{
	struct place *p = *state;
	AUTO_BUF struct buf b = BUF_INIT(64);
	struct err e = { 0 };

	assert_int_equal(file_read(p->dir, "gone", &b, &e), -ENOENT);
	assert_non_null(strstr(e.text, "cannot open gone"));
	assert_int_equal(mkdirat(p->dir, "d", 0700), 0);
	assert_int_equal(file_read(p->dir, "d", &b, NULL), -EISDIR);
	/* Nobody writes: the read must not wait for a writer. */
	assert_int_equal(mkfifoat(p->dir, "fifo", 0600), 0);
	assert_int_equal(file_read(p->dir, "fifo", &b, NULL), 0);
	assert_int_equal(b.n, 0);
}

static void a_link_at_the_name_is_replaced_not_followed(void **state)
{
	struct place *p = *state;
	AUTO_BUF struct buf b = BUF_INIT(64);
	struct stat st;

	assert_int_equal(file_write(p->dir, "target", "old", 3, NULL), 0);
	assert_int_equal(symlinkat("target", p->dir, "link"), 0);
	assert_int_equal(file_write(p->dir, "link", "new", 3, NULL), 0);
	assert_int_equal(fstatat(p->dir, "link", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(file_read(p->dir, "target", &b, NULL), 0);
	assert_string_equal(b.p, "old");
	/* Nor is one that lies in the place of the temporary name. */
	assert_int_equal(symlinkat("target", p->dir, ".x.new"), 0);
	assert_int_equal(file_write(p->dir, "x", "new", 3, NULL), -ELOOP);
}

static void a_failed_write_leaves_the_old_file_alone(void **state)
{
	struct place *p = *state;
	struct rlimit old;
	struct rlimit low;
	AUTO_BUF struct buf b = BUF_INIT(64);
	char *big = calloc(1, BIG);
	struct err e = { 0 };

	assert_int_equal(file_write(p->dir, "kept", "old", 3, NULL), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	low = old;
	low.rlim_cur = 1000;
	setrlimit(RLIMIT_FSIZE, &low);
	assert_int_equal(file_write_synced(p->dir, "kept", big, BIG, &e), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	free(big);
	assert_non_null(strstr(e.text, "cannot write kept"));
	assert_int_equal(file_read(p->dir, "kept", &b, NULL), 0);
	assert_string_equal(b.p, "old");
	assert_int_equal(faccessat(p->dir, ".kept.new", F_OK, 0), -1);
}

static void a_name_without_room_for_the_temporary_one_is_refused(void **state)
{
	struct place *p = *state;
	char name[252];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(file_write(p->dir, name, "", 0, NULL), -ENAMETOOLONG);
	name[250] = '\0';
	assert_int_equal(file_write(p->dir, name, "", 0, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_reads_back),
		cmocka_unit_test(a_file_larger_than_the_buffer_may_be_is_refused),
		cmocka_unit_test(what_is_no_file_says_so),
		cmocka_unit_test(a_link_at_the_name_is_replaced_not_followed),
		cmocka_unit_test(a_failed_write_leaves_the_old_file_alone),
		cmocka_unit_test(a_name_without_room_for_the_temporary_one_is_refused),
	};

	return cmocka_run_group_tests(tests, place_make, place_remove);
}
