/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of an apply: what is swapped, by name and inode, so that a kill loses nothing. */
#include "review/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "review/changes.h"
#include "review/discard.h"
#include "review/node.h"
#include "review/seal_file.h"

#define NAME_SIZE 32
#define HEAD(j) (&(j)->rows.v[0])

void journal_done(struct journal *j)
{
	size_t i;

	rows_done(&j->rows);
	for (i = 0; i < ARRAY_LEN(j->stage); i++)
		j->stage[i] = fd_close(j->stage[i]);
}

int journal_save(struct journal *j, enum journal_state state, struct err *e)
{
	int store = j->trees->roots[0].store;
	int r;

	HEAD(j)->num[ROW_FLAGS] = state;
	r = rows_save(&j->rows, store, "journal", e);
	if (r == 0 && fsync(store) < 0)
		r = err_sys(e, -errno, "cannot write the journal");
	return r;
}

static int stage_open(const struct review_trees *t, size_t root, const char *name, bool is_new)
{
	int at = t->roots[root].fd;

	int fd;

	if (is_new && mkdirat(at, name, 0700) < 0)
		return -errno;
	fd = path_open_beneath(at, name, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0 && is_new)
		(void)unlinkat(at, name, AT_REMOVEDIR);
	return fd;
}

int journal_open_stages(struct journal *j, bool is_new, struct err *e)
{
	size_t i;

	for (i = 1; i < j->rows.n; i++) {
		size_t root = j->rows.v[i].num[ROW_ROOT];
		int fd;

		if (j->stage[root] >= 0)
			continue;
		fd = stage_open(j->trees, root, HEAD(j)->a, is_new);
		if (fd < 0 && !(fd == -ENOENT && !is_new))
			return err_sys(e, fd, "cannot make a staging directory in %s",
				       j->trees->roots[root].path);
		j->stage[root] = fd;
	}
	return 0;
}

/* What moved or lost a name by us is no change of the host's. */
static int seal_refresh(struct journal *j, struct err *e)
{
	CLEANUP(rows_done) struct rows seal = { 0 };
	int r;

	r = seal_load(j->trees->roots, &seal, e);
	if (r < 0 || seal.n == 0)
		return r;
	if (seal_follow(j->trees->roots, &seal, &j->rows) < 0)
		return err_set(e, -ENOMEM, "out of memory for the seal");
	return seal_save(j->trees->roots, &seal, e);
}

static int stages_remove(struct journal *j, struct err *e)
{
	size_t i;
	int r = 0;

	for (i = 0; i < j->trees->n; i++) {
		if (j->stage[i] < 0)
			continue;
		r = review_remove_tree(j->trees->roots[i].fd, HEAD(j)->a, e);
		if (r < 0)
			return r;
	}
	r = seal_refresh(j, e);
	if (r == 0 && unlinkat(j->trees->roots[0].store, "journal", 0) < 0 && errno != ENOENT)
		r = err_sys(e, -errno, "cannot remove the journal");
	return r;
}

static void stage_name(const struct row *row, char *name)
{
	snprintf(name, NAME_SIZE, "%llu", (unsigned long long)row->num[ROW_SIZE]);
}

static uint64_t ino_at(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? 0 : st.st_ino;
}

/* Takes one swap back, if it was made. */
static int undo_one(struct journal *j, const struct row *row)
{
	size_t root = row->num[ROW_ROOT];
	AUTO_CLOSE int parent = -EBADF;
	char staged[NAME_SIZE];
	const char *name;
	uint64_t aside;
	unsigned int flags = RENAME_NOREPLACE;

	if (row->num[ROW_KIND] == JOURNAL_META || j->stage[root] < 0)
		return 0;
	stage_name(row, staged);
	aside = ino_at(j->stage[root], staged);
	/* Staged entries say whether a swap was made; without one its parent may not exist yet. */
	if (row->num[ROW_KIND] == JOURNAL_DELETE ? !aside : aside == row->num[ROW_INO])
		return 0;
	parent = node_parent(j->trees->roots[root].fd, row->a, &name);
	if (parent < 0)
		return parent;
	if (row->num[ROW_KIND] == JOURNAL_PLACE) {
		/* Gone from both places: the host has replaced it since, and keeps what it has. */
		if (ino_at(parent, name) != row->num[ROW_INO])
			return aside ? -EBUSY : 0;
		flags = aside ? RENAME_EXCHANGE : RENAME_NOREPLACE;
		return renameat2(parent, name, j->stage[root], staged, flags) < 0 ? -errno : 0;
	}
	return renameat2(j->stage[root], staged, parent, name, flags) < 0 ? -errno : 0;
}

/* Whether the host has put something else where a swap was to be taken back. */
static bool is_overtaken(int r)
{
	return r == -EBUSY || r == -EEXIST || r == -ENOENT || r == -ENOTDIR || r == -ELOOP;
}

static int undo_failed(const struct journal *j, const struct row *row, int r, struct err *e)
{
	AUTO_BUF struct buf path = BUF_INIT(65536);

	buf_escape(&path, row->a, strlen(row->a));
	return err_sys(e, r, "cannot undo %s; what was there is kept in %s/%s",
		       path.p ? path.p : "a file", j->trees->roots[row->num[ROW_ROOT]].path,
		       HEAD(j)->a);
}

/* What the host has replaced since stays the host's; then the original is kept, and said once. */
static int undo_all(struct journal *j, struct err *e)
{
	const struct row *kept = NULL;
	size_t i;
	int r, why = 0;

	for (i = j->rows.n; i-- > 1;) {
		r = undo_one(j, &j->rows.v[i]);
		if (r < 0 && !is_overtaken(r))
			return undo_failed(j, &j->rows.v[i], r, e);
		if (r < 0) {
			kept = &j->rows.v[i];
			why = r;
		}
	}
	if (!kept)
		return stages_remove(j, e);
	(void)seal_refresh(j, NULL);
	(void)unlinkat(j->trees->roots[0].store, "journal", 0);
	return undo_failed(j, kept, why, e);
}

/* Whether what was swapped out is what the plan saw. */
static bool is_expected(int stage, const char *staged, const struct row *row)
{
	struct stat st;
	struct node n;

	if (fstatat(stage, staged, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return row->num[ROW_OLD_INO] == 0;
	node_of(&st, &n);
	if (n.ino != row->num[ROW_OLD_INO])
		return false;
	return S_ISDIR(n.mode) ||
	       (n.size == row->num[ROW_OLD_SIZE] && n.mtime == row->num[ROW_OLD_MTIME]);
}

static void dir_close(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

/* A directory that goes away must be empty: something may have been put there meanwhile. */
static bool is_full(int stage, const char *staged)
{
	CLEANUP(dir_close) DIR *d = NULL;
	struct dirent *ent;
	struct stat st;
	int fd;

	if (fstatat(stage, staged, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return false;
	fd = path_open_beneath(stage, staged, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return true;
	d = fdopendir(fd);
	if (!d) {
		fd_close(fd);
		return true;
	}
	return file_next(d, &ent) != 0;
}

static int swap_one(struct journal *j, const struct row *row)
{
	size_t root = row->num[ROW_ROOT];
	AUTO_CLOSE int parent = -EBADF;
	int stage = j->stage[root];
	char staged[NAME_SIZE];
	const char *name;
	int r;

	if (row->num[ROW_KIND] == JOURNAL_META)
		return 0;
	stage_name(row, staged);
	parent = node_parent(j->trees->roots[root].fd, row->a, &name);
	if (parent < 0)
		return parent;
	if (row->num[ROW_KIND] == JOURNAL_DELETE)
		r = renameat2(parent, name, stage, staged, RENAME_NOREPLACE);
	else
		r = renameat2(stage, staged, parent, name,
			      row->num[ROW_OLD_INO] ? RENAME_EXCHANGE : RENAME_NOREPLACE);
	if (r < 0)
		return -errno;
	return is_expected(stage, staged, row) && !is_full(stage, staged) ? 0 : -EBUSY;
}

int journal_swap(struct journal *j, struct err *e)
{
	AUTO_BUF struct buf path = BUF_INIT(65536);
	size_t i;
	int r = 0;

	for (i = 1; i < j->rows.n && r == 0; i++)
		r = swap_one(j, &j->rows.v[i]);
	if (r == 0)
		return 0;
	buf_escape(&path, j->rows.v[i - 1].a, strlen(j->rows.v[i - 1].a));
	if (undo_all(j, e) < 0)
		return r;
	if (is_overtaken(r))
		return err_set(e, r, "%s changed on the host just now; nothing was applied",
			       path.p ? path.p : "a file");
	return err_sys(e, r, "cannot replace %s; nothing was applied", path.p ? path.p : "a file");
}

static int meta_one(struct journal *j, const struct row *row)
{
	size_t root = row->num[ROW_ROOT];
	AUTO_CLOSE int parent = -EBADF;
	AUTO_CLOSE int from = -EBADF;
	AUTO_CLOSE int to = -EBADF;
	mode_t mode = (mode_t)row->num[ROW_MODE] & 0777;
	const char *name;
	struct stat st;

	parent = node_parent(j->trees->roots[root].fd, row->a, &name);
	if (parent < 0)
		return parent;
	/* Never a set-id bit on a file; a shared directory of the host's keeps its own. */
	if (S_ISDIR((mode_t)row->num[ROW_MODE])) {
		if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		mode |= ((mode_t)row->num[ROW_MODE] & S_ISVTX) | (st.st_mode & S_ISGID);
	}
	from = node_open(j->trees->made[root], row->a, true);
	to = path_open_beneath(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (from >= 0 && to >= 0)
		(void)node_copy_xattrs(from, to);
	return fchmodat(parent, name, mode, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

/* What stays pending of a file is measured against what the file is now. */
static int mark_partial(struct journal *j, const struct row *row, struct row *mark, struct err *e)
{
	AUTO_BUF struct buf text = BUF_INIT(SEAL_TEXT_MAX);
	const struct review_root *root = &j->trees->roots[row->num[ROW_ROOT]];
	AUTO_CLOSE int fd = -EBADF;
	struct node now;
	int r;

	r = node_at(root->fd, row->a, &now);
	if (r < 0)
		return err_sys(e, r, "cannot look at an applied file");
	seal_row_of(&now, mark);
	mark->num[ROW_FLAGS] = 0;
	fd = node_open(root->fd, row->a, false);
	if (fd < 0 || file_read_fd(fd, &text) < 0)
		return 0;
	r = seal_text_save(root, mark->num[ROW_KIND], &text, e);
	if (r == 0)
		mark->num[ROW_FLAGS] = SEAL_TEXT;
	return r;
}

static int mark_all(struct journal *j, struct err *e)
{
	CLEANUP(rows_done) struct rows seal = { 0 };
	size_t i, known;
	int r;

	r = seal_load(j->trees->roots, &seal, e);
	known = seal.n;
	for (i = 1; i < j->rows.n && r == 0; i++) {
		const struct row *row = &j->rows.v[i];
		struct rows sorted = { .v = seal.v, .n = known };
		struct row *mark = rows_find(&sorted, row->num[ROW_ROOT], row->a);
		struct row fresh = { .a = row->a };

		if (!mark) {
			fresh.num[ROW_KIND] = seal.n;
			fresh.num[ROW_ROOT] = row->num[ROW_ROOT];
			if (rows_add(&seal, &fresh) < 0)
				return err_set(e, -ENOMEM, "out of memory for the seal");
			mark = &seal.v[seal.n - 1];
		}
		if (row->num[ROW_FLAGS])
			r = mark_partial(j, row, mark, e);
		else
			mark->num[ROW_FLAGS] |= SEAL_APPLIED;
	}
	return r < 0 ? r : seal_save(j->trees->roots, &seal, e);
}

static int roll_forward(struct journal *j, struct err *e)
{
	size_t i;
	int r;

	for (i = 1; i < j->rows.n; i++) {
		if (j->rows.v[i].num[ROW_KIND] != JOURNAL_META)
			continue;
		r = meta_one(j, &j->rows.v[i]);
		if (r < 0 && r != -ENOENT)
			return err_sys(e, r,
				       "cannot set a mode; the apply will be finished by "
				       "the next one");
	}
	r = mark_all(j, e);
	return r < 0 ? r : stages_remove(j, e);
}

int journal_commit(struct journal *j, struct err *e)
{
	int r = journal_save(j, JOURNAL_COMMITTED, e);

	if (r < 0) {
		(void)undo_all(j, NULL);
		return r;
	}
	return roll_forward(j, e);
}

/* The directory that is deleted in the end must be one of ours. */
static bool is_stage(const char *name)
{
	return strncmp(name, JOURNAL_STAGE, strlen(JOURNAL_STAGE)) == 0 && !strchr(name, '/');
}

/* A path below a root, in its one spelling. */
static bool is_below(const char *path)
{
	AUTO_BUF struct buf b = BUF_INIT(PATH_MAX);

	buf_printf(&b, "/%s", path);
	return b.err == 0 && b.n > 1 && path_normal(b.p);
}

static int journal_check(const struct journal *j)
{
	size_t i;

	if (j->rows.n == 0 || HEAD(j)->num[ROW_FLAGS] > JOURNAL_COMMITTED || !is_stage(HEAD(j)->a))
		return -EBADMSG;
	for (i = 1; i < j->rows.n; i++) {
		if (j->rows.v[i].num[ROW_ROOT] >= j->trees->n ||
		    j->rows.v[i].num[ROW_KIND] == JOURNAL_HEAD ||
		    j->rows.v[i].num[ROW_KIND] >= JOURNAL_OP_END || !is_below(j->rows.v[i].a))
			return -EBADMSG;
	}
	return 0;
}

int journal_recover(const struct review_trees *t, struct err *e)
{
	CLEANUP(journal_done) struct journal j = JOURNAL_INIT(t);
	int r;

	if (faccessat(t->roots[0].store, "journal", F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	r = rows_load(&j.rows, t->roots[0].store, "journal", e);
	if (r < 0)
		return r;
	r = journal_check(&j);
	if (r < 0)
		return err_set(e, r, "the journal in the store of this sandbox is damaged");
	r = journal_open_stages(&j, false, e);
	if (r < 0)
		return r;
	switch ((enum journal_state)HEAD(&j)->num[ROW_FLAGS]) {
	case JOURNAL_INTENT:
		return stages_remove(&j, e);
	case JOURNAL_STAGED:
		return undo_all(&j, e);
	case JOURNAL_COMMITTED:
		return roll_forward(&j, e);
	}
	return -EBADMSG;
}

int journal_abandon(struct journal *j)
{
	return stages_remove(j, NULL);
}
