/* SPDX-License-Identifier: Apache-2.0 */
/* Directories that git takes for its own, whatever they are called. */
#include "review/git_dir.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"
#include "review/changes.h"
#include "review/git_path.h"
#include "review/node.h"

static const char *const orders[] = { "hooks", "config", "config.worktree", "commondir",
				      "info/attributes" };

static bool is_at(int dir, const char *path)
{
	struct node n;

	return node_at(dir, path, &n) == 0 && n.mode != 0;
}

/* Whether @name is there after @dir, which is empty or ends in a slash, on either side. */
static bool is_beside(const struct review_trees *t, size_t root, const struct buf *dir,
		      const char *name)
{
	AUTO_BUF struct buf path = BUF_INIT(PATH_MAX);

	buf_add(&path, dir->p, dir->n);
	buf_str(&path, name);
	/* What is too long to look at is nothing that git could open either. */
	return path.err == 0 && (is_at(t->made[root], path.p) || is_at(t->roots[root].fd, path.p));
}

/* A HEAD that the host lacks makes a repository of what lies around it. */
static bool is_new_head(const struct review_trees *t, size_t root, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	AUTO_BUF struct buf dir = BUF_INIT(PATH_MAX);

	if (!path_is_in(name, "HEAD") || is_at(t->roots[root].fd, path))
		return false;
	buf_add(&dir, path, (size_t)(name - path));
	for (size_t i = 0; i < ARRAY_LEN(orders) && !dir.err; i++)
		if (is_beside(t, root, &dir, orders[i]))
			return true;
	return false;
}

/* Whether a worktree's commondir says what git itself writes there: the repository around it. */
static bool leads_home(const struct review_trees *t, size_t root, const struct buf *dir)
{
	static const char home[] = "../..\n";
	AUTO_BUF struct buf path = BUF_INIT(PATH_MAX);
	AUTO_BUF struct buf text = BUF_INIT(sizeof(home));
	AUTO_CLOSE int fd = -EBADF;

	buf_add(&path, dir->p, dir->n);
	buf_str(&path, "/commondir");
	if (path.err)
		return false;
	fd = node_open(t->made[root], path.p, true);
	if (fd == -ENOENT)
		fd = node_open(t->roots[root].fd, path.p, false);
	return fd >= 0 && file_read_fd(fd, &text) == 0 && text.n == strlen(home) &&
	       memcmp(text.p, home, text.n) == 0;
}

/* What `git worktree add` makes in a repository changes nothing of what that obeys. */
static bool is_worktree(const struct review_trees *t, size_t root, const char *path)
{
	static const char top[] = "worktrees/";
	const char *inside = git_inside(&t->roots[root], path);
	const char *name =
		inside && strncmp(inside, top, strlen(top)) == 0 ? inside + strlen(top) : NULL;
	const char *file = name ? path_next(name) : NULL;
	AUTO_BUF struct buf dir = BUF_INIT(PATH_MAX);

	if (!file || (strcmp(file, "HEAD") != 0 && strcmp(file, "commondir") != 0))
		return false;
	buf_add(&dir, path, (size_t)(file - path) - 1);
	return dir.err == 0 && leads_home(t, root, &dir);
}

bool git_dir_obeys(const struct review_trees *t, size_t root, const char *path)
{
	const char *p = path;

	if (is_worktree(t, root, path))
		return false;
	do {
		AUTO_BUF struct buf dir = BUF_INIT(PATH_MAX);

		buf_add(&dir, path, (size_t)(p - path));
		for (size_t i = 0; i < ARRAY_LEN(orders) && !dir.err; i++)
			if (path_is_in(p, orders[i]) && is_beside(t, root, &dir, "HEAD"))
				return true;
		p = path_next(p);
	} while (p != NULL);
	return is_new_head(t, root, path);
}
