/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of a sandbox: its record while it runs, its changes once it ended. */
#include "sandbox/keep.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"
#include "policy/policy.h"
#include "review/seal.h"
#include "sandbox/box_review.h"
#include "sandbox/prepare.h"
#include "sandbox/removal.h"
#include "sandbox/report.h"

#define COMMAND_MAX 4096

static void command_text(char *const *argv, struct buf *out)
{
	for (int i = 0; argv[i] != NULL && out->n < COMMAND_MAX; i++) {
		if (i > 0)
			buf_str(out, " ");
		/* As it is: the record keeps any bytes, and who shows them makes them harmless. */
		buf_add(out, argv[i], strnlen(argv[i], COMMAND_MAX));
	}
}

static void roots_fill(const struct prepared *p, struct record *rec)
{
	static const char *const kinds[ROOT_END] = { "none", "overlay", "copy" };
	static const char *const names[TIER_ROOTS_MAX] = { "root0", "root1", "root2", "root3",
							   "root4", "root5", "root6", "root7" };

	for (size_t i = 0; i < p->facts.roots_n; i++) {
		const struct tier_root *r = &p->facts.root[i];

		rec->root[i] = (struct record_root){ .host = r->host,
						     .store = names[i],
						     .kind = kinds[r->kind],
						     .dev = r->dev,
						     .ino = r->ino,
						     .uid = r->uid,
						     .gid = r->gid };
	}
	rec->roots_n = p->facts.roots_n;
}

static int save(const struct run_request *req, const struct prepared *p,
		const struct run_result *res, struct err *e)
{
	AUTO_BUF struct buf command = BUF_INIT((size_t)COMMAND_MAX * 16);
	struct record rec = { .id = p->box.id,
			      .name = p->box.name,
			      .status = res != NULL ? "exited" : "running",
			      .tier = "namespace",
			      .cwd = p->cwd,
			      .start_ns = p->start_ns,
			      .end_ns = res != NULL ? p->start_ns + res->duration_ns : 0,
			      .exit_code = res != NULL ? (uint64_t)res->exit_code : 0,
			      .supervisor = (uint64_t)getpid(),
			      .box_uid = p->facts.uid_out,
			      .box_gid = p->facts.gid_out,
			      .protect_n = req->policy->protect.n };

	command_text(req->argv, &command);
	rec.command = command.p;
	/* Borrowed for the call: record_save only reads them. */
	rec.protect = arena_alloc(&rec.arena, (rec.protect_n + 1) * sizeof(*rec.protect));
	for (uint64_t i = 0; rec.protect != NULL && i < rec.protect_n; i++)
		rec.protect[i] = req->policy->protect.v[i];
	roots_fill(p, &rec);
	if (rec.protect == NULL || record_save(&p->box, &rec, e) < 0) {
		record_done(&rec);
		return rec.protect == NULL ? err_sys(e, -ENOMEM, "record") : -EIO;
	}
	record_done(&rec);
	return 0;
}

int keep_running(const struct run_request *req, const struct prepared *p, struct err *e)
{
	return save(req, p, NULL, e);
}

static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int n;

	if (dir == NULL)
		return false;
	n = file_next(dir, &entry);
	closedir(dir);
	return n == 0;
}

/* Whether no overlay has anything in its upper, which is the usual case and needs no review. */
static bool is_untouched(struct prepared *p)
{
	for (size_t i = 0; i < p->facts.roots_n; i++) {
		const struct tier_root *r = &p->facts.root[i];
		const char *upper;

		if (r->kind == ROOT_PLAIN)
			continue;
		upper = arena_printf(&p->arena, "%s/upper", r->store);
		if (r->kind != ROOT_OVERLAY || upper == NULL || !is_empty(upper))
			return false;
	}
	return true;
}

int keep_ended(const struct run_request *req, struct prepared *p, struct run_result *ret,
	       struct err *e)
{
	CLEANUP(box_review_done) struct box_review review = BOX_REVIEW_INIT;
	int r;

	if (is_untouched(p))
		return store_drop(&p->box, e);
	r = save(req, p, ret, e);
	if (r == 0 && p->facts.root[0].kind != ROOT_PLAIN)
		r = box_review_open(&p->box, &review, e);
	if (r == 0 && review.n > 0)
		r = review_seal(review.root, review.n, &ret->changed, e);
	if (r < 0)
		return err_in(e, r,
			      "the command ended, but its changes in %s could not be recorded",
			      p->box.path);
	/* The overlay never waited for the disk; what a person is asked to review must outlive a
	 * crash. */
	if (r == 0 && ret->changed.files > 0 && syncfs(p->box.dir) < 0)
		r = -errno;
	if (r < 0)
		return err_in(e, r, "the changes in %s could not be written to disk", p->box.path);
	ret->kept = ret->changed.files > 0;
	if (!ret->kept)
		return store_remove(&p->box, e);
	events_settle(&ret->log);
	events_settle(&ret->reached);
	return report_save(p->box.dir, ret, req->policy, e);
}
