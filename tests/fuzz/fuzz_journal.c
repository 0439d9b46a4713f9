/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the journal of an apply: nothing beside the workspace changes, or is lost. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"
#include "review/changes.h"
#include "review/discard.h"
#include "review/journal.h"
#include "review/rows.h"

#define STAGE "host/.tiercel-apply-0000000000000001"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

/* Each holds its own path. An input names the inode of one by its number here, from 1. */
static const char *const files[] = { "host/a",	 "host/d/b", "host/c", STAGE "/0",
				     STAGE "/1", STAGE "/2", "secret" };

static void put(int dir, const char *path)
{
	AUTO_CLOSE int fd = openat(dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	must(fd >= 0 && fd_write_full(fd, path, strlen(path)) == 0);
}

static void world_make(int dir)
{
	static const char *const dirs[] = { "host", "host/d", STAGE, "store", "store/upper" };

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		must(mkdirat(dir, dirs[i], 0700) == 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		put(dir, files[i]);
}

static uint64_t real_ino(int dir, uint64_t number)
{
	struct stat st;

	if (number == 0 || number > ARRAY_LEN(files))
		return number;
	return fstatat(dir, files[number - 1], &st, 0) == 0 ? st.st_ino : 0;
}

/* A journal that reads is written anew with the inodes of this world; any other as it is. */
static uint64_t journal_put(int dir, int store, const uint8_t *data, size_t size)
{
	CLEANUP(rows_done) struct rows t = { 0 };
	uint64_t state = JOURNAL_STAGED;

	if (rows_parse(&t, data, size) < 0) {
		must(file_write(store, "journal", data, size, NULL) == 0);
		return state;
	}
	for (size_t i = 0; i < t.n; i++) {
		t.v[i].num[ROW_INO] = real_ino(dir, t.v[i].num[ROW_INO]);
		t.v[i].num[ROW_OLD_INO] = real_ino(dir, t.v[i].num[ROW_OLD_INO]);
	}
	if (t.n > 0)
		state = t.v[0].num[ROW_FLAGS];
	must(rows_save(&t, store, "journal", NULL) == 0);
	return state;
}

static int holds_itself(int dir, const char *path)
{
	AUTO_BUF struct buf text = BUF_INIT(4096);

	return file_read(dir, path, &text, NULL) == 0 && text.n == strlen(path) &&
	       memcmp(text.p, path, text.n) == 0;
}

static void check(int dir, uint64_t state)
{
	struct stat st;

	must(holds_itself(dir, "secret"));
	must(fstatat(dir, "secret", &st, 0) == 0 && (st.st_mode & 0777) == 0600);
	must(fstat(dir, &st) == 0 && (st.st_mode & 07777) == 0700 && st.st_nlink == 4);
	/* Before the swaps and after the commit, files of the host stay where they are. */
	if (state == JOURNAL_STAGED)
		return;
	for (size_t i = 0; i < 3; i++)
		must(fchmodat(dir, "host/d", 0700, 0) == 0 && holds_itself(dir, files[i]));
}

static void recover(int host, int store)
{
	struct review_root root = { .path = "/host",
				    .fd = host,
				    .store = store,
				    .kind = REVIEW_OVERLAY,
				    .uid = geteuid(),
				    .gid = getegid(),
				    .box_uid = geteuid(),
				    .box_gid = getegid() };
	CLEANUP(review_trees_done) struct review_trees t = { 0 };
	struct err e = { 0 };
	int r;

	must(review_trees_open(&t, &root, 1, NULL) == 0);
	r = journal_recover(&t, &e);
	must(r == 0 || (r < 0 && e.text[0] != '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char top[] = "/dev/shm/tiercel-fuzz-XXXXXX";
	AUTO_CLOSE int dir = -EBADF;
	AUTO_CLOSE int host = -EBADF;
	AUTO_CLOSE int store = -EBADF;
	uint64_t state;

	if (mkdtemp(top) == NULL)
		return 0;
	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(dir >= 0);
	world_make(dir);
	host = openat(dir, "host", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	store = openat(dir, "store", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	state = journal_put(dir, store, data, size);
	recover(host, store);
	check(dir, state);
	must(review_remove_tree(AT_FDCWD, top, NULL) == 0);
	return 0;
}
