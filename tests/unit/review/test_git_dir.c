/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of git directories by any name: what git would obey is a hook and is held back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "review/changes.h"
#include "review/discard.h"
#include "review/git_dir.h"
#include "review/risk.h"

struct scene {
	const char *path; /* that changed; made in the sandbox as well */
	const char *host[3];
	const char *box[3];
	bool is_obeyed;
};

static const struct scene scenes[] = {
	{ "src/config", { NULL }, { NULL }, false },
	{ "config", { NULL }, { NULL }, false },
	{ ".git/HEAD", { ".git/HEAD", ".git/config" }, { NULL }, false },
	{ ".git/refs/heads/hooks/x", { ".git/HEAD" }, { NULL }, false },
	{ ".git/objects/ab/cdef", { ".git/HEAD", ".git/config" }, { NULL }, false },
	{ "docs/HEAD", { NULL }, { NULL }, false },
	/* A repository without a working tree, in a directory of any name. */
	{ "evil/config", { "evil/HEAD" }, { NULL }, true },
	{ "evil/config", { NULL }, { "evil/HEAD" }, true },
	{ "evil/hooks/post-checkout", { "evil/HEAD" }, { NULL }, true },
	{ "evil/info/attributes", { "evil/HEAD" }, { NULL }, true },
	{ "config", { "HEAD" }, { NULL }, true },
	/* The other way round: first what will be obeyed, then what makes it a repository. */
	{ "evil/HEAD", { "evil/config" }, { NULL }, true },
	{ "evil/HEAD", { NULL }, { "evil/hooks/x" }, true },
	{ "evil/HEAD", { "evil/HEAD", "evil/config" }, { NULL }, false },
	/* It sends git elsewhere for its configuration. */
	{ ".git/commondir", { ".git/HEAD" }, { NULL }, true },
	/* A submodule may be called like a part of a repository. */
	{ ".git/modules/refs/hooks/x", { ".git/modules/refs/HEAD" }, { NULL }, true },
	{ ".git/modules/objects/config", { NULL }, { ".git/modules/objects/HEAD" }, true },
	/* What git worktree add makes, and what it would never write. */
	{ ".git/worktrees/x/commondir=../..", { ".git/HEAD" }, { ".git/worktrees/x/HEAD" }, false },
	{ ".git/worktrees/x/HEAD", { ".git/HEAD" }, { ".git/worktrees/x/commondir=../.." }, false },
	{ ".git/worktrees/x/commondir=../../../evil",
	  { ".git/HEAD" },
	  { ".git/worktrees/x/HEAD" },
	  true },
	{ ".git/worktrees/x/HEAD",
	  { ".git/HEAD" },
	  { ".git/worktrees/x/commondir=../evil" },
	  true },
	{ ".git/worktrees/x/config.worktree",
	  { ".git/HEAD" },
	  { ".git/worktrees/x/HEAD", ".git/worktrees/x/commondir=../.." },
	  true },
	{ "worktrees/x/commondir=../..", { NULL }, { "worktrees/x/HEAD" }, true },
	/* Some file systems do not tell case apart. */
	{ "evil/CONFIG", { "evil/HEAD" }, { NULL }, true },
};

/* "path" or "path=line". */
static void put(int dir, const char *entry)
{
	AUTO_CLOSE int fd = -EBADF;
	const char *line = strchr(entry, '=');
	char path[64];

	snprintf(path, sizeof(path), "%.*s", (int)strcspn(entry, "="), entry);
	for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
		char part[64];

		snprintf(part, sizeof(part), "%.*s", (int)(p - path), path);
		assert_true(mkdirat(dir, part, 0700) == 0 || errno == EEXIST);
	}
	fd = openat(dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	if (line != NULL) {
		assert_int_equal(fd_write_full(fd, line + 1, strlen(line + 1)), 0);
		assert_int_equal(fd_write_full(fd, "\n", 1), 0);
	}
}

static const char *path_of(const struct scene *s, char ret[64])
{
	snprintf(ret, 64, "%.*s", (int)strcspn(s->path, "="), s->path);
	return ret;
}

struct world {
	char top[32];
	int dir, host, store;
	struct review_root root;
	struct review_trees trees;
};

static void world_make(struct world *w, const struct scene *s)
{
	AUTO_CLOSE int upper = -EBADF;

	*w = (struct world){ .top = "/tmp/tiercel-unit-XXXXXX" };
	assert_non_null(mkdtemp(w->top));
	w->dir = open(w->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put(w->dir, "host/x");
	put(w->dir, "store/upper/x");
	w->host = openat(w->dir, "host", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	w->store = openat(w->dir, "store", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	upper = openat(w->store, "upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put(upper, s->path);
	for (int i = 0; i < 3; i++) {
		if (s->host[i] != NULL)
			put(w->host, s->host[i]);
		if (s->box[i] != NULL)
			put(upper, s->box[i]);
	}
	w->root = (struct review_root){ .path = "/host", .fd = w->host, .store = w->store };
	assert_int_equal(review_trees_open(&w->trees, &w->root, 1, NULL), 0);
}

static void world_remove(struct world *w)
{
	review_trees_done(&w->trees);
	fd_close(w->store);
	fd_close(w->host);
	fd_close(w->dir);
	assert_int_equal(review_remove_tree(AT_FDCWD, w->top, NULL), 0);
}

static void git_is_known_by_what_it_obeys(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		struct world w;
		char path[64];

		world_make(&w, &scenes[i]);
		if (git_dir_obeys(&w.trees, 0, path_of(&scenes[i], path)) != scenes[i].is_obeyed)
			fail_msg("scene %zu: %s", i, scenes[i].path);
		world_remove(&w);
	}
}

static unsigned int flags_of(struct world *w, const char *path, const char *protect)
{
	struct review_change one = { .path = path, .kind = CHANGE_ADD, .now.mode = S_IFREG | 0600 };
	struct review_changes all = { .v = &one, .n = 1 };

	w->root.protect = &protect;
	w->root.protect_n = protect != NULL;
	risk_mark(&w->trees, &all);
	return one.flags;
}

static void what_git_obeys_is_held_back_where_git_is_protected(void **state)
{
	struct world w;
	char path[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		if (!scenes[i].is_obeyed)
			continue;
		world_make(&w, &scenes[i]);
		path_of(&scenes[i], path);
		assert_true(flags_of(&w, path, ".git/hooks") & RISK_PROTECTED);
		assert_true(flags_of(&w, path, ".git/hooks") & RISK_HOOK);
		assert_false(flags_of(&w, path, "Makefile") & RISK_PROTECTED);
		assert_true(flags_of(&w, path, NULL) & RISK_HOOK);
		world_remove(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(git_is_known_by_what_it_obeys),
		cmocka_unit_test(what_git_obeys_is_held_back_where_git_is_protected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
