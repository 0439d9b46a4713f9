/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a tree parents first, without recursion and without following links. */
#include "review/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/file.h"

struct pending {
	struct pending *next;
	char path[];
};

struct walk {
	const struct walk_top *top;
	int (*visit)(void *arg, const struct walk_entry *at, struct err *e);
	void *arg;
	struct pending *todo;
};

static void walk_done(struct walk *w)
{
	while (w->todo) {
		struct pending *p = w->todo;

		w->todo = p->next;
		free(p);
	}
}

static void dir_close(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static int push(struct walk *w, const char *path)
{
	size_t n = strlen(path) + 1;
	struct pending *p = malloc(sizeof(*p) + n);

	if (!p)
		return -ENOMEM;
	memcpy(p->path, path, n);
	p->next = w->todo;
	w->todo = p;
	return 0;
}

static int visit_one(struct walk *w, struct walk_entry *at, struct err *e)
{
	struct stat st;
	int r;

	if (fstatat(at->dir, at->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(e, -errno, "cannot look at a file");
	node_of(&st, &at->node);
	r = w->visit(w->arg, at, e);
	if (r > 0 && S_ISDIR(st.st_mode) && push(w, at->path) < 0)
		return err_set(e, -ENOMEM, "out of memory while walking a tree");
	return r < 0 ? r : 0;
}

/* One name of an open directory. */
static int walk_name(struct walk *w, const char *dir, DIR *d, const char *name, struct err *e)
{
	bool is_top = !*dir || strcmp(dir, ".") == 0;
	char path[PATH_MAX];
	struct walk_entry at = { .path = path, .name = name, .dir = dirfd(d) };
	int n;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	n = snprintf(path, sizeof(path), "%s%s%s", is_top ? "" : dir, is_top ? "" : "/", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_set(e, -ENAMETOOLONG,
			       "a path is longer than %d bytes; only discard can handle it",
			       PATH_MAX);
	return visit_one(w, &at, e);
}

static int walk_dir(struct walk *w, const char *dir, struct err *e)
{
	CLEANUP(dir_close) DIR *d = NULL;
	struct dirent *ent;
	int more = 0;
	int fd = node_open(w->top->root, *dir ? dir : ".", w->top->is_ours);
	int r = 0;

	/* On the host, what the user cannot read stays as it is. */
	if (fd == -ENOENT || (fd == -EACCES && !w->top->is_ours))
		return 0;
	if (fd < 0)
		return err_sys(e, fd, "cannot open a directory");
	d = fdopendir(fd);
	if (!d) {
		fd_close(fd);
		return err_set(e, -ENOMEM, "cannot read a directory");
	}
	while (r == 0 && (more = file_next(d, &ent)) > 0)
		r = walk_name(w, dir, d, ent->d_name, e);
	/* What is not seen would be taken for unchanged. */
	return r == 0 && more < 0 ? err_sys(e, more, "cannot read all of a directory") : r;
}

int walk_tree(const struct walk_top *top,
	      int (*visit)(void *arg, const struct walk_entry *at, struct err *e), void *arg,
	      struct err *e)
{
	CLEANUP(walk_done) struct walk w = { .top = top, .visit = visit, .arg = arg };
	int r;

	if (push(&w, top->from) < 0)
		return err_set(e, -ENOMEM, "out of memory while walking a tree");
	do {
		AUTO_FREE struct pending *p = w.todo;

		w.todo = p->next;
		r = walk_dir(&w, p->path, e);
	} while (r == 0 && w.todo);
	return r;
}
