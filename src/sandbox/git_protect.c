/* SPDX-License-Identifier: Apache-2.0 */
/* The files of git directories that make git run programs, for direct mode. */
#include "sandbox/git_protect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "sandbox/git.h"
#include "sandbox/prepare.h"
#include "sandbox/protect.h"

#define CONFIG_MAX 262144
#define DEPTH_MAX 6

/* Where the search stands: the directory @rel of a root. */
struct place {
	struct protect *t;
	size_t root;
	int depth;
	char rel[PATH_MAX];
};

static bool join(struct place *to, const struct place *from, const char *name)
{
	int n = snprintf(to->rel, sizeof(to->rel), "%s%s%s", from->rel,
			 from->rel[0] != '\0' ? "/" : "", name);

	to->t = from->t;
	to->root = from->root;
	to->depth = from->depth + 1;
	return n < (int)sizeof(to->rel);
}

static int open_at(const struct place *p, int flags)
{
	AUTO_CLOSE int root = -EBADF;

	root = open(p->t->out->facts.root[p->root].host, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? -errno
			: path_open_beneath(root, p->rel[0] != '\0' ? p->rel : ".", flags, 0);
}

static bool exists(const struct place *dir, const char *name)
{
	struct place p;
	int fd = join(&p, dir, name) ? open_at(&p, O_PATH | O_NOFOLLOW) : -ENAMETOOLONG;

	return fd_close(fd), fd >= 0;
}

static int hold(const struct place *dir, const char *name, const char *text, struct err *e)
{
	struct place p;

	if (!join(&p, dir, name))
		return err_sys(e, -ENAMETOOLONG, "cannot hold %s/%s", dir->rel, name);
	return protect_path(p.t, p.root, p.rel, text, e);
}

static int hold_existing(const struct place *dir, const char *name, struct err *e)
{
	return exists(dir, name) ? hold(dir, name, NULL, e) : 0;
}

/* config.worktree is read only where the configuration, which is held, says so. */
static bool has_worktree_config(const struct place *dir)
{
	AUTO_BUF struct buf text = BUF_INIT(CONFIG_MAX);
	AUTO_CLOSE int fd = -EBADF;
	struct place p;

	fd = join(&p, dir, "config") ? open_at(&p, O_RDONLY | O_NONBLOCK) : -ENAMETOOLONG;
	if (fd < 0 || file_read_fd(fd, &text) < 0 || text.p == NULL)
		return false;
	return strcasestr(text.p, "worktreeconfig") != NULL;
}

/* Calls for each directory of one; what cannot be listed holds none. */
static int each_dir(const struct place *dir, int (*visit)(const struct place *p, struct err *e),
		    struct err *e)
{
	int fd = open_at(dir, O_RDONLY | O_DIRECTORY);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int more = 0;
	int r = 0;

	if (list == NULL) {
		fd_close(fd);
		return fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP
			       ? 0
			       : err_sys(e, fd < 0 ? fd : -ENOMEM, "cannot look into %s", dir->rel);
	}
	while (r == 0 && (more = file_next(list, &entry)) > 0) {
		struct place p;
		struct stat st;

		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			r = errno == ENOENT ? 0
					    : err_sys(e, -errno, "cannot look at %s in %s",
						      entry->d_name, dir->rel);
		else if (S_ISDIR(st.st_mode) && join(&p, dir, entry->d_name))
			r = visit(&p, e);
	}
	closedir(list);
	/* What is not seen would not be held. */
	return r == 0 && more < 0 ? err_sys(e, more, "cannot read all of %s", dir->rel) : r;
}

static int worktree_hold(const struct place *p, struct err *e)
{
	int r = hold_existing(p, "commondir", e);

	if (r == 0)
		r = hold_existing(p, "gitdir", e);
	return r == 0 ? hold_existing(p, "config.worktree", e) : r;
}

static int module_hold(const struct place *p, struct err *e);

/* A git directory's own files, then those of its worktrees and submodules. */
static int git_dir_hold(const struct place *p, struct err *e)
{
	struct place sub;
	int r = hold(p, "hooks", NULL, e);

	if (r == 0)
		r = hold(p, "config", PLACEHOLDER_EMPTY, e);
	/* Where it is missing git would take one that appears; "." means what its absence means. */
	if (r == 0)
		r = hold(p, "commondir", PLACEHOLDER_HERE, e);
	if (r == 0 && (has_worktree_config(p) || exists(p, "config.worktree")))
		r = hold(p, "config.worktree", PLACEHOLDER_EMPTY, e);
	if (r == 0 && join(&sub, p, "worktrees"))
		r = each_dir(&sub, worktree_hold, e);
	if (r == 0 && join(&sub, p, "modules"))
		r = each_dir(&sub, module_hold, e);
	return r;
}

/* The file .git in a submodule's directory says which git directory is its own. */
static int pointer_hold(const struct place *p, struct err *e)
{
	const struct tier_root *ws = &p->t->out->facts.root[0];
	const struct tier_root *root = &p->t->out->facts.root[p->root];
	char dir[PATH_MAX];
	char files[PATH_MAX];
	struct place sub = { .t = p->t };

	if (snprintf(dir, sizeof(dir), "%s/%s", root->host, p->rel) >= (int)sizeof(dir) ||
	    !git_files_of(dir, files) || !path_within(files, ws->host) ||
	    strcmp(files, ws->host) == 0)
		return 0;
	snprintf(sub.rel, sizeof(sub.rel), "%s", files + strlen(ws->host) + 1);
	return hold_existing(&sub, ".git", e);
}

/* Names of submodules may hold slashes: a directory that is no git directory may hold some. */
static int module_hold(const struct place *p, struct err *e)
{
	int r;

	if (p->depth > DEPTH_MAX)
		return 0;
	if (!exists(p, "HEAD"))
		return each_dir(p, module_hold, e);
	r = pointer_hold(p, e);
	return r == 0 ? git_dir_hold(p, e) : r;
}

/* The workspace's own git directory, where it lies in the workspace; .git may be a link to it. */
static bool own_git_dir(struct place *p)
{
	const char *host = p->t->out->facts.root[0].host;
	char path[PATH_MAX];
	char real[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/.git", host) >= (int)sizeof(path) ||
	    realpath(path, real) == NULL || !path_within(real, host) || strcmp(real, host) == 0)
		return false;
	snprintf(p->rel, sizeof(p->rel), "%s", real + strlen(host) + 1);
	return true;
}

int git_protect(struct protect *t, struct err *e)
{
	size_t roots = t->out->facts.roots_n;
	int r = 0;

	for (size_t i = 0; i < roots && r == 0; i++) {
		struct place p = { .t = t, .root = i };

		if ((i > 0 || own_git_dir(&p)) && exists(&p, "HEAD"))
			r = git_dir_hold(&p, e);
	}
	return r;
}
