/* SPDX-License-Identifier: Apache-2.0 */
/* What direct mode holds: protected paths, their parents, and where links among them lead. */
#include "sandbox/protect.h"

#include <ctype.h>
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
#include "sandbox/facts.h"
#include "sandbox/git_protect.h"
#include "sandbox/placeholder_log.h"
#include "sandbox/prepare.h"

#define LINKS_MAX 20

/* Where a walk stands: a real directory below its root, and what is still to be walked from there.
 */
struct walk {
	struct protect *t;
	const struct tier_root *root;
	int fd; /* of the root */
	const char *text;
	int links;
	char at[PATH_MAX];
	char rest[PATH_MAX];
	char name[NAME_MAX + 1];
	char path[PATH_MAX]; /* @at and @name */
};

static const char *below(const struct walk *w, const char *path)
{
	path += strlen(w->root->host);
	return *path == '/' ? path + 1 : ".";
}

/* What lies at the path, seen through no link, so that nobody can lead this look elsewhere. */
static int look(const struct walk *w, struct stat *ret)
{
	AUTO_CLOSE int fd = -EBADF;

	fd = path_open_beneath(w->fd, below(w, w->path), O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	return fstat(fd, ret) < 0 ? -errno : 0;
}

static int hold_add(struct walk *w, const struct stat *st, bool is_fixed, struct err *e)
{
	struct tier_facts *f = &w->t->out->facts;
	struct tier_path *h = &w->t->hold[f->holds_n];

	for (size_t i = 0; i < f->holds_n; i++) {
		if (strcmp(f->hold[i].path, w->path) != 0)
			continue;
		w->t->hold[i].is_fixed |= is_fixed;
		return 0;
	}
	if (f->holds_n == PROTECT_HOLDS_MAX)
		return err_set(e, -E2BIG, "cannot hold %s: more than %d paths would be held",
			       w->path, PROTECT_HOLDS_MAX);
	*h = (struct tier_path){ .path = arena_str(&w->t->out->arena, w->path),
				 .type = facts_object(st->st_mode),
				 .dev = st->st_dev,
				 .ino = st->st_ino,
				 /* Shown with the owners that its root is shown with. */
				 .uid = w->root->uid,
				 .gid = w->root->gid,
				 .links = S_ISDIR(st->st_mode) ? 1 : st->st_nlink,
				 .is_fixed = is_fixed };
	f->holds_n++;
	return h->path == NULL ? err_sys(e, -ENOMEM, "cannot hold %s", w->path) : 0;
}

/* Returns 0 when there is one now and @ret tells of it, 1 when none is needed, or negative errno.
 */
static int placeholder_add(struct walk *w, struct stat *ret)
{
	AUTO_CLOSE int parent = -EBADF;
	const char *text = w->rest[0] == '\0' ? w->text : NULL;
	int r;

	parent = path_open_beneath(w->fd, below(w, w->at), O_PATH | O_DIRECTORY, 0);
	r = parent < 0 ? parent : placeholder_note(w->t->out->box.dir, w->path, text);
	if (r == 0)
		r = placeholder_take(&w->t->out->placeholders, parent, w->name, text);
	return r != 0 ? r : look(w, ret);
}

/* Another spelling of the name must not mean the same object. */
static int case_check(const struct walk *w, const struct stat *st, struct err *e)
{
	char other[NAME_MAX + 1];
	char path[PATH_MAX];
	struct stat found;

	for (size_t i = 0; i <= strlen(w->name); i++) {
		unsigned char c = (unsigned char)w->name[i];

		other[i] = (char)(islower(c) ? toupper(c) : tolower(c));
	}
	if (snprintf(path, sizeof(path), "%s/%s", w->at, other) >= (int)sizeof(path) ||
	    strcmp(other, w->name) == 0 || lstat(path, &found) < 0 || found.st_ino != st->st_ino ||
	    found.st_dev != st->st_dev || (!S_ISDIR(st->st_mode) && st->st_nlink > 1))
		return 0;
	return err_set(e, -EOPNOTSUPP,
		       "%s cannot be held: its file system takes %s for the same name; use "
		       "--mode review",
		       w->path, other);
}

/* Holds what does not exist, or is another sandbox's placeholder. */
static int hold_absent(struct walk *w, struct err *e)
{
	struct stat st;
	int r = placeholder_add(w, &st);

	if (r == 1)
		return 0;
	if (r == -EEXIST)
		return err_set(e, r, "%s came into being while the sandbox started; try again",
			       w->path);
	if (r < 0)
		return err_sys(e, r, "cannot hold %s, which is protected and does not exist yet",
			       w->path);
	r = case_check(w, &st, e);
	return r < 0 ? r : hold_add(w, &st, true, e);
}

/* A path that lies outside its root cannot be reached for writing, unless the policy says so. */
static int outside(const struct walk *w, const char *path, struct err *e)
{
	const struct policy_list *write = &w->t->policy->write;
	const struct tier_facts *f = &w->t->out->facts;
	bool is_writable = false;

	for (size_t i = 0; i < write->n; i++)
		is_writable = is_writable || path_within(path, write->v[i]);
	for (size_t i = 0; i < f->roots_n; i++)
		is_writable = is_writable || path_within(path, f->root[i].host);
	if (!is_writable)
		return 0;
	return err_set(e, -ELOOP,
		       "the protected path %s leads to %s, which may be written; it cannot be held",
		       w->path, path);
}

/* Puts where a link leads before what is left to walk. */
static int follow(struct walk *w, struct err *e)
{
	char target[PATH_MAX];
	char rest[PATH_MAX];
	char real[PATH_MAX];
	size_t n = strlen(w->root->host);
	ssize_t len = readlink(w->path, target, sizeof(target) - 1);
	const char *from = target;

	if (len < 0 || ++w->links > LINKS_MAX)
		return err_sys(e, len < 0 ? -errno : -ELOOP, "cannot hold %s", w->path);
	target[len] = '\0';
	if (target[0] == '/') {
		if (realpath(target, real) != NULL)
			from = real;
		if (!path_within(from, w->root->host))
			return outside(w, from, e);
		memcpy(w->at, w->root->host, n + 1);
		from += n;
	}
	if (snprintf(rest, sizeof(rest), "%s/%s", from, w->rest) >= (int)sizeof(rest))
		return err_sys(e, -ENAMETOOLONG, "cannot hold %s", w->path);
	memcpy(w->rest, rest, sizeof(rest));
	return 1;
}

/* Takes the next component off @rest. Returns 1; 0 when there is none. */
static int next_name(struct walk *w, struct err *e)
{
	size_t skip = strspn(w->rest, "/");
	size_t n = strcspn(w->rest + skip, "/");
	size_t used = skip + n + strspn(w->rest + skip + n, "/");

	if (n == 0)
		return 0;
	if (n > NAME_MAX)
		return err_sys(e, -ENAMETOOLONG, "cannot hold %s", w->rest);
	memcpy(w->name, w->rest + skip, n);
	w->name[n] = '\0';
	memmove(w->rest, w->rest + used, strlen(w->rest + used) + 1);
	if (snprintf(w->path, sizeof(w->path), "%s/%s", w->at, w->name) >= (int)sizeof(w->path))
		return err_sys(e, -ENAMETOOLONG, "cannot hold %s", w->at);
	return 1;
}

static int step_up(struct walk *w, struct err *e)
{
	if (strcmp(w->at, w->root->host) == 0)
		return outside(w, "a place above it", e);
	*strrchr(w->at, '/') = '\0';
	return 1;
}

/* One component. Returns 1 to walk on, 0 when the path is held, or negative errno. */
static int step(struct walk *w, struct err *e)
{
	struct stat st;
	int r;

	if (strcmp(w->name, ".") == 0)
		return 1;
	if (strcmp(w->name, "..") == 0)
		return step_up(w, e);
	r = look(w, &st);
	if (r == -ENOENT)
		return hold_absent(w, e);
	if (r == 0 && placeholder_is(&st)) {
		r = placeholder_add(w, &st);
		if (r == 0)
			return hold_add(w, &st, true, e);
		r = r == -EEXIST ? 0 : r;
	}
	if (r < 0)
		return err_sys(e, r, "cannot hold %s", w->path);
	r = case_check(w, &st, e);
	if (r == 0)
		r = hold_add(w, &st, w->rest[0] == '\0' || !S_ISDIR(st.st_mode), e);
	if (r < 0 || S_ISLNK(st.st_mode))
		return r < 0 ? r : follow(w, e);
	memcpy(w->at, w->path, sizeof(w->at));
	return w->rest[0] != '\0' && S_ISDIR(st.st_mode);
}

int protect_path(struct protect *t, size_t root, const char *path, const char *text, struct err *e)
{
	struct walk w = { .t = t, .root = &t->out->facts.root[root], .fd = -EBADF, .text = text };
	int r;

	if (snprintf(w.rest, sizeof(w.rest), "%s", path) >= (int)sizeof(w.rest))
		return err_sys(e, -ENAMETOOLONG, "cannot hold %s", path);
	memcpy(w.at, w.root->host, strlen(w.root->host) + 1);
	w.fd = open(w.root->host, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w.fd < 0)
		return err_sys(e, -errno, "cannot hold %s", path);
	do {
		r = next_name(&w, e);
		if (r > 0)
			r = step(&w, e);
	} while (r > 0);
	fd_close(w.fd);
	return r;
}

static int by_path(const void *a, const void *b)
{
	const struct tier_path *x = a;
	const struct tier_path *y = b;

	return strcmp(x->path, y->path);
}

/* Parents first, and nothing below what is read-only as a whole: it would be writable again. */
static void arrange(struct protect *t)
{
	struct tier_facts *f = &t->out->facts;
	size_t n = 0;

	qsort(t->hold, f->holds_n, sizeof(*t->hold), by_path);
	for (size_t i = 0; i < f->holds_n; i++) {
		bool is_covered = false;

		for (size_t j = 0; j < n; j++)
			is_covered = is_covered || (t->hold[j].is_fixed &&
						    path_within(t->hold[i].path, t->hold[j].path));
		if (!is_covered)
			t->hold[n++] = t->hold[i];
	}
	f->holds_n = n;
}

/* A file with a name that nobody holds could be written by that name. */
static int names_check(const struct tier_facts *f, struct err *e)
{
	for (size_t i = 0; i < f->holds_n; i++) {
		const struct tier_path *h = &f->hold[i];
		uint64_t held = 0;

		for (size_t j = 0; h->links > 1 && j < f->holds_n; j++)
			held += f->hold[j].ino == h->ino && f->hold[j].dev == h->dev;
		if (h->links > 1 && held < h->links)
			return err_set(e, -EMLINK,
				       "the protected file %s cannot be held: it has %llu names "
				       "(hard links); use --mode review",
				       h->path, (unsigned long long)h->links);
	}
	return 0;
}

static int list_hold(struct protect *t, struct err *e)
{
	const struct policy_list *list = &t->policy->protect;
	bool has_git = false;
	int r = 0;

	for (size_t i = 0; i < list->n && r == 0; i++) {
		const char *path = list->v[i];

		if (strpbrk(path, "*?[") != NULL)
			return err_set(
				e, -EOPNOTSUPP,
				"files.protect: %s is a pattern, and direct mode holds names "
				"alone; use --mode review",
				path);
		has_git = has_git || path_within(path, ".git");
		r = protect_path(t, 0, path,
				 strcmp(path, ".git/config") == 0 ? PLACEHOLDER_EMPTY : NULL, e);
	}
	return r == 0 && has_git ? git_protect(t, e) : r;
}

int protect_all(const struct policy *p, struct prepared *out, struct err *e)
{
	struct protect t = { .policy = p, .out = out };
	int r;

	if (p->workspace_mode != MODE_DIRECT || p->protect.n == 0)
		return 0;
	t.hold = arena_alloc(&out->arena, PROTECT_HOLDS_MAX * sizeof(*t.hold));
	if (t.hold == NULL)
		return err_sys(e, -ENOMEM, "cannot hold protected paths");
	out->facts.hold = t.hold;
	r = list_hold(&t, e);
	if (r < 0)
		return r;
	arrange(&t);
	return names_check(&out->facts, e);
}
