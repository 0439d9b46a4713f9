/* SPDX-License-Identifier: Apache-2.0 */
/* A workspace of any content: no git directory becomes a root but the one that names it in turn. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "review/discard.h"
#include "sandbox/git.h"
#include "sandbox/prepare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static void put(int dir, const char *path, const void *p, size_t n)
{
	AUTO_CLOSE int fd = openat(dir, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	must(fd >= 0 && fd_write_full(fd, p, n) == 0);
}

/* What the workspace holds is the input, its parts apart by NUL; what is beside it is fixed. */
static void world_make(int dir, const char *p, size_t size)
{
	static const char *const dirs[] = {
		"ws",	 "ws/in",     "ws/worktrees",	     "ws/worktrees/x",
		"main",	 "main/.git", "main/.git/worktrees", "main/.git/worktrees/x",
		"other", "other/.git"
	};
	static const char *const files[] = { "ws/.git",
					     "ws/in/gitdir",
					     "ws/in/commondir",
					     "ws/in/config",
					     "ws/gitdir",
					     "ws/commondir",
					     "ws/config",
					     "ws/worktrees/x/gitdir",
					     "ws/worktrees/x/commondir" };
	static const char back[] = "../../../../ws/.git\n";
	static const char common[] = "../..\n";

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		must(mkdirat(dir, dirs[i], 0700) == 0);
	put(dir, "main/.git/worktrees/x/gitdir", back, strlen(back));
	put(dir, "main/.git/worktrees/x/commondir", common, strlen(common));
	put(dir, "main/.git/HEAD", "", 0);
	put(dir, "other/.git/config", "[core]\n\tworktree = ../../other\n", 30);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		const char *end = size > 0 ? memchr(p, '\0', size) : NULL;
		size_t n = end != NULL ? (size_t)(end - p) : size;

		if (n > 0)
			put(dir, files[i], p, n);
		p += n + (end != NULL);
		size -= n + (end != NULL);
	}
}

static void check(const char *top)
{
	struct prepared p = PREPARED_INIT;
	struct err e = { 0 };
	char workspace[PATH_MAX];
	char allowed[PATH_MAX];
	int r;

	snprintf(workspace, sizeof(workspace), "%s/ws", top);
	snprintf(allowed, sizeof(allowed), "%s/main/.git", top);
	p.facts.root[0].host = workspace;
	p.facts.roots_n = 1;
	r = git_roots(&p, &e);
	must(r == 0 || (r < 0 && e.text[0] != '\0'));
	must(p.facts.roots_n <= 2);
	if (p.facts.roots_n == 2)
		must(strcmp(p.facts.root[1].host, allowed) == 0);
	arena_done(&p.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char top[] = "/dev/shm/tiercel-fuzz-XXXXXX";
	AUTO_CLOSE int dir = -EBADF;

	if (mkdtemp(top) == NULL)
		return 0;
	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(dir >= 0);
	world_make(dir, (const char *)data, size);
	check(top);
	must(review_remove_tree(AT_FDCWD, top, NULL) == 0);
	return 0;
}
