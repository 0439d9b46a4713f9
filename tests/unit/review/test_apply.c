/* SPDX-License-Identifier: Apache-2.0 */
/* Changes found, sealed and applied on made-up trees; a kill at every system call of an apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "review/apply.h"
#include "review/changes.h"
#include "review/conflict.h"
#include "review/copy.h"
#include "review/discard.h"
#include "review/journal.h"
#include "review/risk.h"
#include "review/seal.h"
#include "review/walk.h"

struct world {
	char top[64];
	int dir;
	struct review_root root;
};

static const char *const protect[] = { ".git/hooks", ".vscode" };

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void put(const struct world *w, const char *path, const char *text)
{
	int fd = openat(w->dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_full(fd, text, strlen(text)), 0);
	close(fd);
}

static void folder(const struct world *w, const char *path)
{
	assert_int_equal(mkdirat(w->dir, path, 0755), 0);
}

static void whiteout(const struct world *w, const char *path)
{
	int fd;

	if (mknodat(w->dir, path, S_IFCHR, makedev(0, 0)) == 0)
		return;
	fd = openat(w->dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(fsetxattr(fd, "user.overlay.whiteout", "y", 1, 0), 0);
	close(fd);
}

static void world_open(struct world *w, enum review_kind kind)
{
	memset(w, 0, sizeof(*w));
	snprintf(w->top, sizeof(w->top), "/var/tmp/tiercel-review-XXXXXX");
	assert_non_null(mkdtemp(w->top));
	w->dir = open(w->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	folder(w, "host");
	folder(w, "store");
	if (kind == REVIEW_OVERLAY)
		folder(w, "store/upper");
	w->root = (struct review_root){
		.path = "/host",
		.fd = openat(w->dir, "host", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.store = openat(w->dir, "store", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.kind = kind,
		.uid = getuid(),
		.gid = getgid(),
		.box_uid = getuid(),
		.box_gid = getgid(),
		.protect = protect,
		.protect_n = 2,
	};
}

static void start(struct world *w)
{
	struct timespec tick = { .tv_nsec = 20000000 };

	nanosleep(&tick, NULL);
	w->root.start_ns = now_ns();
	nanosleep(&tick, NULL);
}

static void world_close(struct world *w)
{
	close(w->root.fd);
	close(w->root.store);
	close(w->dir);
	assert_int_equal(review_remove_tree(AT_FDCWD, w->top, NULL), 0);
}

/* Everything below host/ as text, so that trees can be compared. */
static int digest_one(void *arg, const struct walk_entry *at, struct err *e)
{
	struct buf *b = arg;
	char text[256] = "";
	int fd;

	(void)e;
	if (S_ISREG(at->node.mode)) {
		fd = openat(at->dir, at->name, O_RDONLY | O_CLOEXEC);
		assert_true(fd_read_full(fd, text, sizeof(text) - 1) >= 0);
		close(fd);
	} else if (S_ISLNK(at->node.mode)) {
		assert_true(readlinkat(at->dir, at->name, text, sizeof(text) - 1) >= 0);
	}
	buf_printf(b, "%s|%o|%s\n", at->path, at->node.mode, text);
	return S_ISDIR(at->node.mode);
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *digest(const struct world *w)
{
	struct buf b = BUF_INIT(1 << 20);
	struct buf sorted = BUF_INIT(1 << 20);
	char *lines[256];
	char *rest, *line;
	size_t i, n = 0;

	assert_int_equal(
		walk_tree(&(struct walk_top){ w->root.fd, ".", false }, digest_one, &b, NULL), 0);
	rest = b.p;
	while (rest && (line = strsep(&rest, "\n")) && n < 256)
		lines[n++] = line;
	qsort(lines, n, sizeof(*lines), line_compare);
	for (i = 0; i < n; i++)
		buf_printf(&sorted, "%s\n", lines[i]);
	buf_done(&b);
	return buf_take(&sorted);
}

/* Returns what apply_run returned, -1000 - n for n conflicts. */
static int apply_everything(struct world *w, bool with_protected)
{
	CLEANUP(review_trees_done) struct review_trees t = { 0 };
	CLEANUP(review_changes_done) struct review_changes c = { 0 };
	struct apply_item *items;
	struct err e = { 0 };
	size_t i;
	int r;

	r = review_trees_open(&t, &w->root, 1, &e);
	if (r == 0)
		r = journal_recover(&t, &e);
	if (r == 0)
		r = review_changes_find(&t, &c, &e);
	if (r < 0) {
		fprintf(stderr, "%s\n", e.text);
		return r;
	}
	items = calloc(c.n + 1, sizeof(*items));
	for (i = 0; i < c.n; i++)
		c.v[i].is_picked = with_protected || !(c.v[i].flags & RISK_PROTECTED);
	r = apply_check(&t, &c, items, &e);
	if (r > 0)
		r = -1000 - r;
	if (r == 0) {
		apply_pick_closed(&c);
		r = apply_run(&t, &c, items, &e);
	}
	if (e.code)
		fprintf(stderr, "%s\n", e.text);
	apply_items_free(items, c.n);
	return r;
}

static int pending(struct world *w)
{
	CLEANUP(review_trees_done) struct review_trees t = { 0 };
	CLEANUP(review_changes_done) struct review_changes c = { 0 };
	struct err e = { 0 };

	assert_int_equal(review_trees_open(&t, &w->root, 1, &e), 0);
	assert_int_equal(review_changes_find(&t, &c, &e), 0);
	return (int)c.n;
}

static void seal(struct world *w, size_t files)
{
	struct review_counts counts;
	struct err e = { 0 };

	assert_int_equal(review_seal(&w->root, 1, &counts, &e), 0);
	assert_int_equal(counts.files, files);
}

/* One change of each kind: 11 of them. */
static void fill(struct world *w)
{
	folder(w, "host/gone");
	folder(w, "host/gone/deep");
	put(w, "host/gone/deep/f", "x");
	put(w, "host/same", "same");
	put(w, "host/edit", "a\nb\nc\n");
	put(w, "host/mode", "m");
	put(w, "host/becomes-dir", "f");
	folder(w, "host/becomes-file");
	put(w, "host/becomes-file/in", "i");
	put(w, "host/old-name", "a long enough content to be renamed");
	start(w);
	whiteout(w, "store/upper/gone");
	put(w, "store/upper/same", "same");
	put(w, "store/upper/edit", "a\nB\nc\n");
	put(w, "store/upper/mode", "m");
	assert_int_equal(fchmodat(w->dir, "store/upper/mode", 04755, 0), 0);
	folder(w, "store/upper/becomes-dir");
	put(w, "store/upper/becomes-dir/new", "n");
	put(w, "store/upper/becomes-file", "now a file");
	whiteout(w, "store/upper/old-name");
	put(w, "store/upper/-new\nname\xff", "a long enough content to be renamed");
	folder(w, "store/upper/empty");
	assert_int_equal(symlinkat("/etc/passwd", w->dir, "store/upper/out"), 0);
}

#define FILLED 12

static void every_kind_is_applied_and_gone_from_the_review(void **state)
{
	struct world w;
	struct stat st;
	char *d;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	fill(&w);
	seal(&w, FILLED);
	assert_int_equal(apply_everything(&w, false), FILLED);
	assert_int_equal(pending(&w), 0);
	d = digest(&w);
	assert_non_null(strstr(d, "becomes-file|100644|now a file\n"));
	assert_non_null(strstr(d, "mode|100755|m\n"));
	assert_non_null(strstr(d, "out|120777|/etc/passwd\n"));
	assert_non_null(strstr(d, "empty|40755|\n"));
	assert_null(strstr(d, "gone"));
	assert_null(strstr(d, "old-name"));
	assert_int_equal(fstatat(w.dir, "store/journal", &st, 0), -1);
	free(d);
	world_close(&w);
}

static void unchanged_is_no_change(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	put(&w, "host/f", "x");
	start(&w);
	put(&w, "store/upper/f", "x");
	seal(&w, 0);
	world_close(&w);
}

static void protected_paths_stay_pending(void **state)
{
	struct world w;
	struct stat st;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	folder(&w, "host/.git");
	start(&w);
	folder(&w, "store/upper/.git");
	folder(&w, "store/upper/.git/hooks");
	put(&w, "store/upper/.git/hooks/pre-commit", "evil");
	put(&w, "store/upper/fine", "f");
	seal(&w, 3);
	assert_int_equal(apply_everything(&w, false), 1);
	assert_int_equal(fstatat(w.dir, "host/.git/hooks", &st, 0), -1);
	assert_int_equal(pending(&w), 2);
	assert_int_equal(apply_everything(&w, true), 2);
	assert_int_equal(fstatat(w.dir, "host/.git/hooks/pre-commit", &st, 0), 0);
	world_close(&w);
}

static void edits_of_both_sides_are_merged(void **state)
{
	struct world w;
	char *d;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	put(&w, "host/f", "1\n2\n3\n4\n5\n6\n");
	start(&w);
	put(&w, "store/upper/f", "1\nbox\n3\n4\n5\n6\n");
	seal(&w, 1);
	put(&w, "host/f", "1\n2\n3\n4\nhost\n6\n");
	assert_int_equal(apply_everything(&w, false), 1);
	d = digest(&w);
	assert_non_null(strstr(d, "f|100644|1\n"));
	assert_non_null(strstr(d, "box\n"));
	assert_non_null(strstr(d, "host\n"));
	free(d);
	world_close(&w);
}

static void edits_of_the_same_line_conflict_and_change_nothing(void **state)
{
	struct world w;
	char *before, *after;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	put(&w, "host/f", "1\n");
	start(&w);
	put(&w, "store/upper/f", "box\n");
	put(&w, "store/upper/g", "new\n");
	seal(&w, 2);
	put(&w, "host/f", "host\n");
	before = digest(&w);
	assert_int_equal(apply_everything(&w, false), -1001);
	after = digest(&w);
	assert_string_equal(before, after);
	free(before);
	free(after);
	world_close(&w);
}

static void a_host_edit_during_the_run_is_a_conflict(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	put(&w, "host/f", "1\n");
	start(&w);
	put(&w, "host/f", "2\n");
	put(&w, "store/upper/f", "box\n");
	seal(&w, 1);
	assert_int_equal(apply_everything(&w, false), -1001);
	world_close(&w);
}

static void a_parent_that_became_a_link_is_not_followed(void **state)
{
	struct world w;
	struct stat st;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	folder(&w, "host/d");
	folder(&w, "outside");
	start(&w);
	folder(&w, "store/upper/d");
	put(&w, "store/upper/d/f", "box\n");
	seal(&w, 1);
	assert_int_equal(unlinkat(w.dir, "host/d", AT_REMOVEDIR), 0);
	assert_int_equal(symlinkat("../outside", w.dir, "host/d"), 0);
	assert_true(apply_everything(&w, false) < 0);
	assert_int_equal(fstatat(w.dir, "outside/f", &st, 0), -1);
	world_close(&w);
}

static void a_copy_gives_the_same_review(void **state)
{
	struct world w;
	struct err e = { 0 };
	struct stat a, b;
	char *d;

	(void)state;
	world_open(&w, REVIEW_COPY);
	put(&w, "host/keep", "k");
	put(&w, "host/edit", "1\n");
	put(&w, "host/gone", "g");
	folder(&w, "host/empty");
	assert_int_equal(linkat(w.dir, "host/keep", w.dir, "host/twin", 0), 0);
	start(&w);
	assert_int_equal(review_copy_make(&w.root, &e), 0);
	assert_int_equal(fstatat(w.dir, "store/copy/keep", &a, 0), 0);
	assert_int_equal(fstatat(w.dir, "store/copy/twin", &b, 0), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	seal(&w, 0);
	put(&w, "store/copy/edit", "2\n");
	assert_int_equal(unlinkat(w.dir, "store/copy/gone", 0), 0);
	assert_int_equal(unlinkat(w.dir, "store/copy/empty", AT_REMOVEDIR), 0);
	put(&w, "store/copy/new", "n");
	seal(&w, 4);
	assert_int_equal(apply_everything(&w, false), 4);
	d = digest(&w);
	assert_non_null(strstr(d, "edit|100644|2\n"));
	assert_null(strstr(d, "gone"));
	assert_null(strstr(d, "empty"));
	free(d);
	assert_int_equal(pending(&w), 0);
	world_close(&w);
}

/* Runs an apply in a child that is killed at its system call number @n. Returns whether it ended.
 */
static bool apply_killed_at(struct world *w, long n)
{
	pid_t pid = fork();
	long i;
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(apply_everything(w, true) == FILLED ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (i = 0; i < n; i++) {
		assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (WIFEXITED(status)) {
			assert_int_equal(WEXITSTATUS(status), 0);
			return true;
		}
	}
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return false;
}

static void recover(struct world *w)
{
	CLEANUP(review_trees_done) struct review_trees t = { 0 };
	struct err e = { 0 };

	assert_int_equal(review_trees_open(&t, &w->root, 1, &e), 0);
	if (journal_recover(&t, &e) < 0)
		fail_msg("%s", e.text);
}

static void a_kill_anywhere_gives_before_or_after(void **state)
{
	const char *steps = getenv("REVIEW_KILL_STEP");
	long step = steps && *steps == '1' ? 1 : 17;
	size_t befores = 0, afters = 0;
	bool is_over = false;
	char *want;
	long n;
	struct world w;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	fill(&w);
	seal(&w, FILLED);
	assert_int_equal(apply_everything(&w, true), FILLED);
	want = digest(&w);
	world_close(&w);
	for (n = 1; !is_over; n += step) {
		char *before, *after;

		world_open(&w, REVIEW_OVERLAY);
		fill(&w);
		seal(&w, FILLED);
		before = digest(&w);
		is_over = apply_killed_at(&w, n);
		recover(&w);
		after = digest(&w);
		if (strcmp(after, before) == 0) {
			befores++;
			assert_int_equal(pending(&w), FILLED);
		} else {
			assert_string_equal(after, want);
			assert_int_equal(pending(&w), 0);
			afters++;
		}
		free(before);
		free(after);
		world_close(&w);
	}
	printf("killed at %zu + %zu places: before, after\n", befores, afters);
	assert_true(befores > 1 && afters > 1);
	free(want);
}

static void discard_takes_deep_and_closed_trees(void **state)
{
	struct world w;
	struct stat st;
	int i, fd;

	(void)state;
	world_open(&w, REVIEW_OVERLAY);
	folder(&w, "tree");
	put(&w, "tree/f", "x");
	fd = openat(w.dir, "tree", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < 3000; i++) {
		int next;

		assert_int_equal(mkdirat(fd, "deep-directory", 0700), 0);
		next = openat(fd, "deep-directory", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		fchmod(fd, 0);
		close(fd);
		fd = next;
	}
	close(fd);
	assert_int_equal(review_discard(w.dir, "tree", NULL), 0);
	assert_int_equal(fstatat(w.dir, "tree", &st, 0), -1);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_applied_and_gone_from_the_review),
		cmocka_unit_test(unchanged_is_no_change),
		cmocka_unit_test(protected_paths_stay_pending),
		cmocka_unit_test(edits_of_both_sides_are_merged),
		cmocka_unit_test(edits_of_the_same_line_conflict_and_change_nothing),
		cmocka_unit_test(a_host_edit_during_the_run_is_a_conflict),
		cmocka_unit_test(a_parent_that_became_a_link_is_not_followed),
		cmocka_unit_test(a_copy_gives_the_same_review),
		cmocka_unit_test(discard_takes_deep_and_closed_trees),
		cmocka_unit_test(a_kill_anywhere_gives_before_or_after),
	};

	return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
