/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the sandbox that diff, apply and discard are about, and opens its review. */
#include "cmd/review_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/path.h"
#include "review/journal.h"

void review_open_done(struct review_open *o)
{
	size_t i;

	review_changes_done(&o->changes);
	review_trees_done(&o->trees);
	for (i = 0; i < o->n; i++) {
		fd_close(o->root[i].fd);
		fd_close(o->root[i].store);
	}
	record_done(&o->record);
	store_box_done(&o->box);
}

struct newest {
	char cwd[PATH_MAX];
	char id[STORE_ID_LEN + 1];
	uint64_t start_ns;
};

static int look_at(struct store_box *box, void *arg)
{
	CLEANUP(record_done) struct record rec = { 0 };
	struct newest *best = arg;

	if (store_is_running(box) || record_load(box, &rec, NULL) < 0 || rec.roots_n == 0)
		return 0;
	if (!rec.root[0].host || !path_within(best->cwd, rec.root[0].host) ||
	    rec.start_ns < best->start_ns)
		return 0;
	best->start_ns = rec.start_ns;
	memcpy(best->id, box->id, sizeof(best->id));
	return 0;
}

static int find_newest(struct store_box *box, struct err *e)
{
	struct newest best = { 0 };
	int r;

	if (!getcwd(best.cwd, sizeof(best.cwd)))
		return err_sys(e, -errno, "cannot tell the current directory");
	r = store_each(look_at, &best, e);
	if (r < 0)
		return r;
	if (!best.id[0])
		return err_set(e, -ENOENT,
			       "no ended sandbox with changes for this directory; name one: see "
			       "tiercel ps -a");
	return store_find(best.id, box, e);
}

static int open_root(struct review_open *o, size_t i, struct err *e)
{
	const struct record_root *from = &o->record.root[i];
	struct review_root *r = &o->root[o->n];
	struct stat st;

	*r = (struct review_root){
		.path = from->host,
		.kind = strcmp(from->kind, "copy") == 0 ? REVIEW_COPY : REVIEW_OVERLAY,
		.start_ns = o->record.start_ns,
		.uid = (uid_t)from->uid,
		.gid = (gid_t)from->gid,
		.box_uid = (uid_t)o->record.box_uid,
		.box_gid = (gid_t)o->record.box_gid,
		.protect = o->record.protect,
		.protect_n = o->record.protect_n,
		.fd = -EBADF,
		.store = -EBADF,
	};
	o->n++;
	r->fd = path_open_plain(AT_FDCWD, from->host, O_RDONLY | O_DIRECTORY, 0);
	if (r->fd < 0)
		return err_sys(e, r->fd, "cannot open %s", from->host);
	if (fstat(r->fd, &st) < 0)
		return err_sys(e, -errno, "cannot look at %s", from->host);
	if (from->ino && (st.st_ino != from->ino || st.st_dev != from->dev))
		return err_set(e, -ESTALE, "%s is not the directory that the sandbox was given",
			       from->host);
	r->store = path_open_beneath(o->box.dir, from->store, O_RDONLY | O_DIRECTORY, 0);
	if (r->store < 0)
		return err_sys(e, r->store, "cannot open the store of %s", from->host);
	return 0;
}

int review_open_box(struct review_open *o, int *argc, char ***argv, struct err *e)
{
	int r = -ENOENT;

	if (*argc > 0) {
		r = store_find(**argv, &o->box, NULL);
		if (r >= 0) {
			(*argc)--;
			(*argv)++;
		}
	}
	if (r < 0)
		r = find_newest(&o->box, e);
	if (r < 0)
		return r;
	r = record_load(&o->box, &o->record, e);
	if (r < 0)
		return r;
	if (store_is_running(&o->box))
		return err_set(e, -EBUSY, "sandbox %s is still running", o->box.id);
	return 0;
}

int review_open_changes(struct review_open *o, bool may_write, struct err *e)
{
	size_t i;
	int r = 0;

	for (i = 0; i < o->record.roots_n && r == 0; i++) {
		if (strcmp(o->record.root[i].kind, "none") != 0)
			r = open_root(o, i, e);
	}
	if (r < 0 || o->n == 0)
		return r;
	r = review_trees_open(&o->trees, o->root, o->n, e);
	if (r < 0)
		return r;
	if (may_write) {
		if (flock(o->root[0].store, LOCK_EX | LOCK_NB) < 0)
			return err_set(e, -EBUSY, "another apply of sandbox %s is under way",
				       o->box.id);
		r = journal_recover(&o->trees, e);
	}
	return r < 0 ? r : review_changes_find(&o->trees, &o->changes, e);
}

static bool is_named(const struct review_open *o, const struct review_change *c, const char *path)
{
	char full[2 * PATH_MAX];
	size_t n;

	if (snprintf(full, sizeof(full), "%s/%s", o->root[c->root].path, c->path) < 0)
		return false;
	/* "." and a directory of the host name all below it. */
	n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	return strncmp(full, path, n) == 0 && (full[n] == '\0' || full[n] == '/');
}

/* Named from the workspace's top first, as diff prints it; then from where one stands. */
static size_t pick_as(struct review_open *o, const char *base, const char *path)
{
	char full[2 * PATH_MAX];
	size_t i, count = 0;

	while (strncmp(path, "./", 2) == 0)
		path += 2;
	if (strcmp(path, ".") == 0 || *path == '\0')
		snprintf(full, sizeof(full), "%s", base);
	else
		snprintf(full, sizeof(full), "%s%s%s", *path == '/' ? "" : base,
			 *path == '/' ? "" : "/", path);
	for (i = 0; i < o->changes.n; i++) {
		if (!is_named(o, &o->changes.v[i], full))
			continue;
		o->changes.v[i].is_picked = true;
		count++;
	}
	return count;
}

int review_open_pick(struct review_open *o, int argc, char **argv, struct err *e)
{
	AUTO_BUF struct buf shown = BUF_INIT(65536);
	char cwd[PATH_MAX];
	size_t i;
	int k;

	for (i = 0; i < o->changes.n && argc == 0; i++)
		o->changes.v[i].is_picked = true;
	for (k = 0; k < argc; k++) {
		if (o->n && pick_as(o, o->root[0].path, argv[k]) > 0)
			continue;
		if (o->n && getcwd(cwd, sizeof(cwd)) && pick_as(o, cwd, argv[k]) > 0)
			continue;
		buf_escape(&shown, argv[k], strlen(argv[k]));
		return err_set(e, -ENOENT, "%s names neither a sandbox nor a pending change",
			       shown.p ? shown.p : "");
	}
	return 0;
}
