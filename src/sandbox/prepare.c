/* SPDX-License-Identifier: Apache-2.0 */
/* What a run needs before its plan: a checked workspace, its store, facts and groups. */
#include "sandbox/prepare.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "policy/policy.h"
#include "review/copy.h"
#include "sandbox/facts.h"
#include "sandbox/git.h"
#include "sandbox/protect.h"
#include "sandbox/vigil.h"

void prepare_done(struct prepared *p)
{
	cgroup_remove(&p->cgroup);
	p->holds_watch = fd_close(p->holds_watch);
	placeholders_release(&p->placeholders);
	guard_end(&p->guard);
	secrets_done(&p->secrets);
	authority_forget(&p->authority, &p->box);
	store_box_done(&p->box);
	arena_done(&p->arena);
}

/* A workspace that is everything would make the review of everything, and hide nothing. */
static int workspace_refused(const char *path, const struct run_request *req, struct err *e)
{
	static const char *const forbidden[] = { "/",	 "/usr",  "/etc", "/bin", "/sbin", "/lib",
						 "/dev", "/proc", "/sys", "/run", "/tmp",  "/var" };
	bool is_home = strcmp(path, req->home) == 0;
	bool is_above = path_within(req->home, path);

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		if (strcmp(path, forbidden[i]) == 0)
			return err_set(e, -EINVAL,
				       "the workspace would be %s; go to a project directory",
				       path);
	if ((is_home || is_above) && !req->is_reckless)
		return err_set(e, -EINVAL,
			       "the workspace would be %s, with everything in your home directory; "
			       "go to a project directory, or give --yes-really",
			       path);
	return 0;
}

int prepare_workspace(const struct run_request *req, struct prepared *p, struct err *e)
{
	const char *wanted = req->policy->workspace_path;
	char real[PATH_MAX];
	struct tier_root *root = &p->facts.root[0];
	struct stat st;
	int r;

	if (realpath(wanted, real) == NULL || stat(real, &st) < 0)
		return err_sys(e, -errno, "workspace %s", wanted);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, -ENOTDIR, "workspace %s is no directory", wanted);
	r = workspace_refused(real, req, e);
	if (r < 0)
		return r;
	*root = (struct tier_root){ .host = arena_str(&p->arena, real),
				    .dev = st.st_dev,
				    .ino = st.st_ino,
				    .uid = st.st_uid,
				    .gid = st.st_gid,
				    .mode = st.st_mode };
	p->cwd = path_within(req->cwd, real) ? req->cwd : root->host;
	p->facts.roots_n = 1;
	return root->host == NULL ? err_sys(e, -ENOMEM, "workspace") : 0;
}

/* Makes a directory in a root's store and gives it to the payload's outside uid. */
static int store_dir(int at, const char *name, const struct tier_facts *f)
{
	if (mkdirat(at, name, 0700) < 0)
		return -errno;
	if (f->is_root && fchownat(at, name, f->uid_out, f->gid_out, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int copy_fill(struct prepared *p, const struct tier_root *root, int store, struct err *e)
{
	AUTO_CLOSE int host = -EBADF;
	struct review_root r = { .path = root->host,
				 .kind = REVIEW_COPY,
				 .store = store,
				 .start_ns = p->start_ns,
				 .uid = root->uid,
				 .gid = root->gid,
				 .box_uid = p->facts.uid_out,
				 .box_gid = p->facts.gid_out };

	host = open(root->host, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host < 0)
		return err_sys(e, -errno, "%s", root->host);
	r.fd = host;
	return review_copy_make(&r, e);
}

/* upper/ and work/ of an overlay, or the copy itself. */
static int root_fill(struct prepared *p, const struct tier_root *root, int store, struct err *e)
{
	int r;

	if (p->is_copy)
		return copy_fill(p, root, store, e);
	r = store_dir(store, "upper", &p->facts);
	if (r == 0)
		r = store_dir(store, "work", &p->facts);
	/* The top of the view has the mode of the upper's top. */
	if (r == 0 && fchmodat(store, "upper", root->mode & 0777, 0) < 0)
		r = -errno;
	return r < 0 ? err_sys(e, r, "cannot make the store of the review") : 0;
}

static int root_store(struct prepared *p, size_t i, struct err *e)
{
	struct tier_root *root = &p->facts.root[i];
	AUTO_CLOSE int store = -EBADF;
	char name[] = "root0";
	struct stat st;
	int r;

	name[4] = (char)('0' + i);
	r = store_dir(p->box.dir, name, &p->facts);
	if (r == 0) {
		store = path_open_beneath(p->box.dir, name, O_RDONLY | O_DIRECTORY, 0);
		r = store < 0 ? store : 0;
	}
	if (r < 0)
		return err_sys(e, r, "cannot make the store of the review");
	r = root_fill(p, root, store, e);
	if (r < 0)
		return r;
	root->kind = p->is_copy ? ROOT_COPY : ROOT_OVERLAY;
	root->store =
		arena_printf(&p->arena, "%s/%s%s", p->box.path, name, p->is_copy ? "/copy" : "");
	if (root->store == NULL || stat(root->store, &st) < 0)
		return err_sys(e, -ENOENT, "cannot find the store of the review");
	root->store_dev = st.st_dev;
	root->store_ino = st.st_ino;
	return 0;
}

/* What our own group cannot give, a scope of systemd's may. */
static int scope_make(const struct run_request *req, struct prepared *p,
		      const uint64_t value[CGROUP_KINDS], struct err *e)
{
	if (!scope_is_wanted(req->policy, &p->cgroup))
		return 0;
	p->scope = scope_enter(p->box.id, p->stage);
	if (p->scope != SCOPE_GIVEN)
		return 0;
	cgroup_remove(&p->cgroup);
	p->cgroup = CGROUP_INIT;
	p->cgroup.is_delegated = true;
	p->cgroup.companion = p->stage;
	return cgroup_make(&p->cgroup, p->box.id, value, e);
}

static const char *group_words(const struct prepared *p)
{
	if (p->scope == SCOPE_GIVEN)
		return "cgroup v2, in a scope of systemd's";
	return p->cgroup.is_v2 ? "cgroup v2" : "cgroup v1";
}

static int groups_make(const struct run_request *req, struct prepared *p, struct err *e)
{
	const struct policy_limits *l = &req->policy->limits;
	const uint64_t value[CGROUP_KINDS] = {
		[CGROUP_MEMORY] = l->memory, [CGROUP_PIDS] = l->pids, [CGROUP_CPU] = l->cpus
	};
	const char *words;
	int r;

	p->cgroup.companion = p->stage;
	r = cgroup_make(&p->cgroup, p->box.id, value, e);
	if (r == 0)
		r = scope_make(req, p, value, e);
	if (r < 0)
		return r;
	r = guard_start(&p->guard, &p->cgroup,
			req->policy->workspace_mode == MODE_DIRECT ? p->box.dir : -EBADF);
	if (r < 0)
		return err_sys(e, r, "cannot start the guard that cleans up after us");
	words = group_words(p);
	p->facts.cgroup_memory = cgroup_has(&p->cgroup, CGROUP_MEMORY) ? words : NULL;
	p->facts.cgroup_pids = cgroup_has(&p->cgroup, CGROUP_PIDS) ? words : NULL;
	p->facts.cgroup_cpu = cgroup_has(&p->cgroup, CGROUP_CPU) ? words : NULL;
	for (int i = 0; i < CGROUP_KINDS; i++)
		p->facts.cgroup_fds += cgroup_has(&p->cgroup, (enum cgroup_kind)i);
	if (p->cgroup.is_v2 && p->facts.cgroup_fds > 0)
		p->facts.cgroup_fds = 1;
	return 0;
}

static int holds_watch(struct prepared *p, struct err *e)
{
	if (p->facts.holds_n == 0)
		return 0;
	p->holds_watch = vigil_open(e);
	return p->holds_watch < 0 ? p->holds_watch : 0;
}

int prepare_all(const struct run_request *req, struct prepared *p, struct err *e)
{
	struct facts_input in = { .home = req->home,
				  .argv = req->argv,
				  .has_tty = req->has_tty,
				  .has_host_network = req->has_host_network };
	struct tier_root roots[TIER_ROOTS_MAX];
	size_t roots_n;
	int r = prepare_workspace(req, p, e);

	if (r == 0)
		r = git_roots(p, e);
	if (r == 0)
		r = store_create(req->name, &p->box, e);
	if (r < 0)
		return r;
	memcpy(roots, p->facts.root, sizeof(roots));
	roots_n = p->facts.roots_n;
	in.cwd = p->cwd;
	in.id = p->box.id;
	p->start_ns = events_now();
	r = secrets_gather(req, p->is_plan, &p->arena, &p->secrets, e);
	in.placeholders = p->secrets.env;
	if (r == 0)
		r = facts_gather(req->policy, &in, &p->arena, &p->facts, e);
	memcpy(p->facts.root, roots, sizeof(roots));
	p->facts.roots_n = roots_n;
	for (size_t i = 0; i < roots_n && r == 0 && req->policy->workspace_mode == MODE_REVIEW; i++)
		r = root_store(p, i, e);
	if (r == 0)
		r = authority_make(req->policy, p, e);
	if (r == 0)
		r = groups_make(req, p, e);
	if (r == 0)
		r = protect_all(req->policy, p, e);
	return r < 0 ? r : holds_watch(p, e);
}
