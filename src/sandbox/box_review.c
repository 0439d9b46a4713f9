/* SPDX-License-Identifier: Apache-2.0 */
/* The review of a sandbox in the store: its record turned into review roots. */
#include "sandbox/box_review.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "review/changes.h"
#include "review/journal.h"
#include "sandbox/store.h"

void box_review_done(struct box_review *r)
{
	for (size_t i = 0; i < r->n; i++) {
		fd_close(r->root[i].fd);
		fd_close(r->root[i].store);
	}
	r->n = 0;
	record_done(&r->rec);
}

static int root_open(const struct store_box *box, const struct record *rec,
		     const struct record_root *from, struct review_root *to, struct err *e)
{
	AUTO_CLOSE int host = -EBADF;
	AUTO_CLOSE int store = -EBADF;
	struct stat st;

	host = open(from->host, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host < 0 || fstat(host, &st) < 0)
		return err_sys(e, -errno, "%s", from->host);
	if (st.st_ino != from->ino)
		return err_set(e, -ESTALE, "%s is another directory than when the sandbox started",
			       from->host);
	store = path_open_beneath(box->dir, from->store, O_RDONLY | O_DIRECTORY, 0);
	if (store < 0)
		return err_sys(e, store, "sandbox %s: its changes", box->id);
	*to = (struct review_root){ .path = from->host,
				    .fd = fd_take(&host),
				    .kind = strcmp(from->kind, "copy") == 0 ? REVIEW_COPY
									    : REVIEW_OVERLAY,
				    .store = fd_take(&store),
				    .start_ns = rec->start_ns,
				    .uid = (uid_t)from->uid,
				    .gid = (gid_t)from->gid,
				    .box_uid = (uid_t)rec->box_uid,
				    .box_gid = (gid_t)rec->box_gid,
				    .protect = rec->protect,
				    .protect_n = rec->protect_n };
	return 0;
}

/* The common directory of a worktree is a .git itself: what is protected in it has no .git/ before.
 */
static void protect_git(const struct box_review *r, struct review_root *root)
{
	static const char *const inside[] = { "hooks", "config", "config.worktree" };

	if (root == &r->root[0])
		return;
	root->protect = inside;
	root->protect_n = ARRAY_LEN(inside);
}

int box_review_open(const struct store_box *box, struct box_review *ret, struct err *e)
{
	int r = record_load(box, &ret->rec, e);

	for (uint64_t i = 0; i < ret->rec.roots_n && r == 0; i++) {
		if (strcmp(ret->rec.root[i].kind, "none") == 0)
			continue;
		r = root_open(box, &ret->rec, &ret->rec.root[i], &ret->root[ret->n], e);
		if (r == 0)
			protect_git(ret, &ret->root[ret->n++]);
	}
	return r;
}

int box_review_settle(const struct store_box *box, struct err *e)
{
	CLEANUP(box_review_done) struct box_review review = BOX_REVIEW_INIT;
	CLEANUP(review_trees_done) struct review_trees trees = { 0 };
	int r;

	/* The journal is kept with the first root; nearly always there is none. */
	if (faccessat(box->dir, "root0/journal", F_OK, 0) < 0)
		return 0;
	if (box_review_open(box, &review, NULL) < 0 || review.n == 0 ||
	    review_trees_open(&trees, review.root, review.n, NULL) < 0)
		return 0;
	r = journal_recover(&trees, e);
	return r == -EBADMSG ? 0 : r;
}
