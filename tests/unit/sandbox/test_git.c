/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of git directories as further roots: those of worktrees and submodules, and no others. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "review/discard.h"
#include "sandbox/git.h"
#include "sandbox/prepare.h"

/* A file and its content; NULL for a directory. */
struct entry {
	const char *path;
	const char *text;
};

struct scene {
	const char *name;
	const char *workspace;
	struct entry entry[12];
	const char *root; /* that is added, or NULL */
};

#define DIR(p)                                                                                     \
	{                                                                                          \
		(p), NULL                                                                          \
	}

static const struct scene scenes[] = {
	{ "no git", "ws", { DIR("ws") }, NULL },
	{ "a repository of its own", "ws", { DIR("ws"), DIR("ws/.git") }, NULL },
	{ "a worktree",
	  "ws",
	  { DIR("ws"),
	    { "ws/.git", "gitdir: ../main/.git/worktrees/x\n" },
	    DIR("main/.git/worktrees/x"),
	    { "main/.git/worktrees/x/gitdir", "../../../../ws/.git\n" },
	    { "main/.git/worktrees/x/commondir", "../..\n" } },
	  "main/.git" },
	{ "a submodule",
	  "super/sub",
	  { DIR("super/sub"),
	    { "super/sub/.git", "gitdir: ../.git/modules/sub\n" },
	    DIR("super/.git/modules/sub"),
	    { "super/.git/modules/sub/config", "[core]\n\tworktree = ../../../sub\n" } },
	  "super/.git/modules/sub" },
	{ "another's worktree",
	  "ws",
	  { DIR("ws"),
	    { "ws/.git", "gitdir: ../main/.git/worktrees/x\n" },
	    DIR("main/.git/worktrees/x"),
	    DIR("other"),
	    { "other/.git", "" },
	    { "main/.git/worktrees/x/gitdir", "../../../../other/.git\n" },
	    { "main/.git/worktrees/x/commondir", "../..\n" } },
	  NULL },
	{ "a directory that knows nothing of it",
	  "ws",
	  { DIR("ws"), { "ws/.git", "gitdir: ../home/.ssh\n" }, DIR("home/.ssh") },
	  NULL },
	/* What lies in the workspace is the agent's word: it may not name what lies around it. */
	{ "a made-up worktree whose common directory is above",
	  "home/ws",
	  { DIR("home/ws/in"),
	    { "home/ws/.git", "gitdir: in\n" },
	    { "home/ws/in/gitdir", "../.git\n" },
	    { "home/ws/in/commondir", "../..\n" } },
	  NULL },
	{ "the same with the layout of git",
	  "home/worktrees/ws",
	  { DIR("home/worktrees/ws"),
	    { "home/worktrees/ws/.git", "gitdir: .\n" },
	    { "home/worktrees/ws/gitdir", ".git\n" },
	    { "home/worktrees/ws/commondir", "../..\n" } },
	  NULL },
	{ "the whole system",
	  "ws",
	  { DIR("ws/in"),
	    { "ws/.git", "gitdir: in\n" },
	    { "ws/in/gitdir", "../.git\n" },
	    { "ws/in/commondir", "/\n" } },
	  NULL },
	/* A git directory that is real, with a common directory that is none of its own. */
	{ "a common directory that git would not have",
	  "ws",
	  { DIR("ws"),
	    { "ws/.git", "gitdir: ../main/.git/worktrees/x\n" },
	    DIR("main/.git/worktrees/x"),
	    { "main/.git/worktrees/x/gitdir", "../../../../ws/.git\n" },
	    { "main/.git/worktrees/x/commondir", "../../..\n" } },
	  "main/.git/worktrees/x" },
};

static void make_parents(int dir, const char *path)
{
	for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
		char part[PATH_MAX];

		snprintf(part, sizeof(part), "%.*s", (int)(p - path), path);
		assert_true(mkdirat(dir, part, 0700) == 0 || errno == EEXIST);
	}
}

static void scene_make(int dir, const struct scene *s)
{
	for (const struct entry *at = s->entry; at->path != NULL; at++) {
		AUTO_CLOSE int fd = -EBADF;

		make_parents(dir, at->path);
		if (at->text == NULL) {
			assert_int_equal(mkdirat(dir, at->path, 0700), 0);
			continue;
		}
		fd = openat(dir, at->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		assert_int_equal(fd_write_full(fd, at->text, strlen(at->text)), 0);
	}
}

static void scene_check(const char *top, const struct scene *s)
{
	struct prepared p = PREPARED_INIT;
	char workspace[PATH_MAX];
	char root[PATH_MAX];

	snprintf(workspace, sizeof(workspace), "%s/%s", top, s->workspace);
	snprintf(root, sizeof(root), "%s/%s", top, s->root != NULL ? s->root : "");
	p.facts.root[0].host = workspace;
	p.facts.roots_n = 1;
	assert_int_equal(git_roots(&p, NULL), 0);
	if (p.facts.roots_n != (s->root != NULL ? 2 : 1))
		fail_msg("%s: %zu roots, the last is %s", s->name, p.facts.roots_n,
			 p.facts.root[p.facts.roots_n - 1].host);
	if (s->root != NULL)
		assert_string_equal(p.facts.root[1].host, root);
	arena_done(&p.arena);
}

static void only_what_names_the_workspace_in_turn_becomes_a_root(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		char top[] = "/tmp/tiercel-unit-XXXXXX";
		AUTO_CLOSE int dir = -EBADF;

		assert_non_null(mkdtemp(top));
		dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		scene_make(dir, &scenes[i]);
		scene_check(top, &scenes[i]);
		assert_int_equal(review_remove_tree(AT_FDCWD, top, NULL), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_names_the_workspace_in_turn_becomes_a_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
