/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of records: what is written reads back, what is damaged is refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/file.h"
#include "review/discard.h"
#include "sandbox/record.h"
#include "sandbox/store.h"

#define ODD_NAME "/home/u/odd\xff\n\"name"

static int box_make(void **state)
{
	char path[] = "/tmp/tiercel-unit-XXXXXX";
	struct store_box *box = calloc(1, sizeof(*box));

	*state = box;
	if (!mkdtemp(path))
		return -1;
	snprintf(box->path, sizeof(box->path), "%s", path);
	snprintf(box->id, sizeof(box->id), "0123456789ab");
	box->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return box->dir < 0;
}

static int box_remove(void **state)
{
	struct store_box *box = *state;
	int r = review_remove_tree(AT_FDCWD, box->path, NULL);

	fd_close(box->dir);
	free(box);
	return r;
}

static struct record sample(void)
{
	static const char *protect[] = { ".git/hooks", "od\xfe" };

	return (struct record){
		.id = "0123456789ab",
		.name = "brave-heron",
		.status = "exited",
		.tier = "namespace",
		.cwd = "/home/u/w",
		.command = "make -j2",
		.start_ns = 7,
		.end_ns = 8,
		.exit_code = 255,
		.supervisor = 42,
		.box_uid = 65534,
		.box_gid = UINT32_MAX - 1,
		.root = { { .host = ODD_NAME,
			    .store = "root0",
			    .kind = "overlay",
			    .dev = 1,
			    .ino = UINT64_MAX - 1,
			    .uid = 1000,
			    .gid = 1000 } },
		.roots_n = 1,
		.protect = protect,
		.protect_n = 2,
	};
}

static void what_is_written_reads_back(void **state)
{
	const struct store_box *box = *state;
	struct record rec = sample();
	struct record back = { 0 };

	assert_int_equal(record_save(box, &rec, NULL), 0);
	assert_int_equal(record_load(box, &back, NULL), 0);
	assert_string_equal(back.root[0].host, ODD_NAME);
	assert_true(back.root[0].ino == UINT64_MAX - 1);
	assert_string_equal(back.protect[1], "od\xfe");
	assert_string_equal(back.name, "brave-heron");
	assert_int_equal(back.exit_code, 255);
	assert_true(back.box_gid == UINT32_MAX - 1);
	record_done(&back);
}

static void a_record_of_another_is_refused(void **state)
{
	const struct store_box *box = *state;
	struct record rec = sample();
	struct record back = { 0 };
	struct err e = { 0 };

	rec.id = "ffffffffffff";
	assert_int_equal(record_save(box, &rec, NULL), 0);
	assert_int_equal(record_load(box, &back, &e), -EBADMSG);
	assert_null(back.id);
	assert_non_null(strstr(e.text, "tiercel rm 0123456789ab"));
}

static void every_cut_is_noticed(void **state)
{
	const struct store_box *box = *state;
	struct record rec = sample();
	struct record back = { 0 };
	AUTO_BUF struct buf text = BUF_INIT(65536);

	assert_int_equal(record_save(box, &rec, NULL), 0);
	assert_int_equal(file_read(box->dir, "record.json", &text, NULL), 0);
	while (text.n > 0 && text.p[text.n - 1] != '}')
		text.n--;
	for (size_t n = 0; n < text.n; n++)
		assert_int_equal(record_parse(text.p, n, &back), -EBADMSG);
	assert_int_equal(record_parse(text.p, text.n, &back), 0);
	record_done(&back);
}

static void an_absent_record_is_told(void **state)
{
	const struct store_box *box = *state;
	struct record back = { 0 };

	assert_int_equal(record_load(box, &back, NULL), -ENOENT);
}

#define BOX_TEST(f) cmocka_unit_test_setup_teardown(f, box_make, box_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOX_TEST(what_is_written_reads_back),
		BOX_TEST(a_record_of_another_is_refused),
		BOX_TEST(every_cut_is_noticed),
		BOX_TEST(an_absent_record_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
