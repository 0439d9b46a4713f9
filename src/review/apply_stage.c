/* SPDX-License-Identifier: Apache-2.0 */
/* Makes what an apply puts in place, under numbers in the staging directories. */
#include "review/apply_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fd.h"
#include "review/apply.h"
#include "review/changes.h"
#include "review/copy_file.h"
#include "review/journal.h"

#define NAME_SIZE 32
#define SYNC_EACH_MAX 32 /* beyond it one sync of the file system is cheaper than one a file */

struct staging {
	struct journal *j;
	const struct review_change *c;
	const struct apply_item *item;
	struct row *row;
	bool is_synced_whole;
	char name[NAME_SIZE];
};

static bool is_placed(const struct row *row)
{
	return row->num[ROW_KIND] == JOURNAL_PLACE;
}

static uint64_t now_ns(void)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* Who owns it, and with what mode: an existing file keeps its owner. */
static struct node as_on_host(const struct staging *s)
{
	const struct review_root *root = &s->j->trees->roots[s->c->root];
	struct node as = s->c->now;

	if (s->item->mode)
		as.mode = s->item->mode;
	/* Merged text is newer than either side. */
	if (s->item->has_content)
		as.mtime = now_ns();
	as.uid = s->c->old.mode ? s->c->old.uid : root->uid;
	as.gid = s->c->old.mode ? s->c->old.gid : root->gid;
	return as;
}

static int stage_file(const struct staging *s, int stage)
{
	AUTO_CLOSE int from = -EBADF;
	AUTO_CLOSE int to = -EBADF;
	struct node as = as_on_host(s);
	struct stat st;
	int r;

	from = node_open(s->j->trees->made[s->c->root], s->c->path, true);
	if (from < 0)
		return from;
	if (fstat(from, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBUSY;
	to = openat(stage, s->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		return -errno;
	if (s->item->has_content)
		r = fd_write_full(to, s->item->content.p, s->item->content.n);
	else
		r = copy_file_data(from, to, (uint64_t)st.st_size);
	if (r == 0)
		r = copy_file_meta(from, to, &as);
	if (r == 0 && !s->is_synced_whole && fsync(to) < 0)
		r = -errno;
	return r;
}

static int stage_link(const struct staging *s, int stage)
{
	AUTO_BUF struct buf target = BUF_INIT(65536);
	struct node as = as_on_host(s);
	int r;

	r = node_link(s->j->trees->made[s->c->root], s->c->path, &target);
	if (r < 0)
		return r;
	if (symlinkat(target.p ? target.p : "", stage, s->name) < 0)
		return -errno;
	if (fchownat(stage, s->name, as.uid, as.gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != EPERM)
		return -errno;
	return 0;
}

/* The final mode comes after the commit, so that its owner can fill it whatever the mode. */
static int stage_dir(const struct staging *s, int stage)
{
	struct node as = as_on_host(s);

	if (mkdirat(stage, s->name, 0700) < 0)
		return -errno;
	if (fchownat(stage, s->name, as.uid, as.gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != EPERM)
		return -errno;
	return 0;
}

/* A further name of a file that was staged already becomes a hard link to it. */
static int stage_twin(const struct staging *s, int stage)
{
	const struct row *row;

	if (s->c->now.nlink < 2 || s->item->has_content)
		return 0;
	for (row = s->j->rows.v + 1; row < s->row; row++) {
		char name[NAME_SIZE];

		if (!is_placed(row) || row->num[ROW_ROOT] != s->c->root ||
		    row->num[ROW_MTIME] != s->c->now.ino || row->num[ROW_CTIME] != s->c->now.dev)
			continue;
		snprintf(name, sizeof(name), "%llu", (unsigned long long)row->num[ROW_SIZE]);
		return linkat(stage, name, stage, s->name, 0) < 0 ? -errno : 1;
	}
	return 0;
}

static int stage_one(struct staging *s)
{
	int stage = s->j->stage[s->c->root];
	struct stat st;
	int r;

	snprintf(s->name, sizeof(s->name), "%llu", (unsigned long long)s->row->num[ROW_SIZE]);
	if (S_ISDIR(s->c->now.mode)) {
		r = stage_dir(s, stage);
	} else if (S_ISLNK(s->c->now.mode)) {
		r = stage_link(s, stage);
	} else {
		r = stage_twin(s, stage);
		if (r == 0)
			r = stage_file(s, stage);
	}
	if (r < 0)
		return r;
	if (fstatat(stage, s->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	s->row->num[ROW_INO] = st.st_ino;
	/* The inode in the store, for its further names. */
	if (!s->item->has_content) {
		s->row->num[ROW_MTIME] = s->c->now.ino;
		s->row->num[ROW_CTIME] = s->c->now.dev;
	}
	return 0;
}

/* Everything is on the disk before the journal says so. */
static int sync_whole(const struct journal *j, struct err *e)
{
	size_t i;

	for (i = 0; i < j->trees->n; i++) {
		if (j->stage[i] >= 0 && syncfs(j->stage[i]) < 0)
			return err_sys(e, -errno, "cannot write the files to be placed");
	}
	return 0;
}

int apply_stage(struct journal *j, const struct review_changes *c, const struct apply_item *items,
		struct err *e)
{
	size_t i, k, placed = 0;
	int r;

	for (i = 1; i < j->rows.n; i++)
		placed += is_placed(&j->rows.v[i]);
	for (i = 1; i < j->rows.n; i++) {
		struct staging s = { .j = j,
				     .row = &j->rows.v[i],
				     .is_synced_whole = placed > SYNC_EACH_MAX };

		if (!is_placed(s.row))
			continue;
		k = s.row->num[ROW_DEV];
		if (k >= c->n)
			return err_set(e, -EINVAL, "a planned change is gone");
		s.c = &c->v[k];
		s.item = &items[k];
		r = stage_one(&s);
		if (r < 0) {
			AUTO_BUF struct buf path = BUF_INIT(65536);

			buf_escape(&path, s.c->path, strlen(s.c->path));
			return err_sys(e, r, "cannot stage %s", path.p ? path.p : "a file");
		}
	}
	return placed > SYNC_EACH_MAX ? sync_whole(j, e) : 0;
}
