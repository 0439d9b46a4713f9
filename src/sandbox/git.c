/* SPDX-License-Identifier: Apache-2.0 */
/* Git directories that lie outside the workspace: of worktrees, and of submodules. */
#include "sandbox/git.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "sandbox/prepare.h"

#define TEXT_MAX 65536

/* One line of a small file below a directory, without its end; false when there is none. */
static bool line_of(const char *dir, const char *name, const char *key, char *ret)
{
	AUTO_BUF struct buf path = BUF_INIT(PATH_MAX);
	AUTO_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const char *line;

	buf_printf(&path, "%s/%s", dir, name);
	if (path.err || file_read(AT_FDCWD, path.p, &text, NULL) < 0 || text.p == NULL)
		return false;
	line = strstr(text.p, key);
	if (line == NULL || strcspn(line, "\n") >= PATH_MAX)
		return false;
	line += strlen(key);
	snprintf(ret, PATH_MAX, "%.*s", (int)strcspn(line, "\n"), line);
	return true;
}

/* The real path of what @name means as seen from @dir. */
static bool real_from(const char *dir, const char *name, char *ret)
{
	AUTO_BUF struct buf path = BUF_INIT(PATH_MAX);

	if (name[0] == '/')
		buf_str(&path, name);
	else
		buf_printf(&path, "%s/%s", dir, name);
	return path.err == 0 && realpath(path.p, ret) != NULL;
}

bool git_files_of(const char *gitdir, char *ret)
{
	char text[PATH_MAX];

	return line_of(gitdir, "config", "worktree = ", text) && real_from(gitdir, text, ret);
}

/* A worktree's directory says where its .git file is; a submodule's configuration, where its files
 * are. */
static bool points_back(const char *gitdir, const char *workspace)
{
	char text[PATH_MAX];
	char real[PATH_MAX];
	char *slash;

	if (line_of(gitdir, "gitdir", "", text) && real_from(gitdir, text, real)) {
		slash = strrchr(real, '/');
		if (slash == NULL || strcmp(slash, "/.git") != 0)
			return false;
		*slash = '\0';
		return strcmp(real, workspace) == 0;
	}
	return git_files_of(gitdir, real) && strcmp(real, workspace) == 0;
}

static int root_add(struct prepared *p, const char *path, struct err *e)
{
	struct tier_root *root = &p->facts.root[p->facts.roots_n];
	struct stat st;

	/* Never what holds the workspace: that would show all that lies beside it. */
	if (path_within(path, p->facts.root[0].host) || path_within(p->facts.root[0].host, path))
		return 0;
	if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(e, -ENOENT, "the workspace's git directory %s is not there", path);
	*root = (struct tier_root){ .host = arena_str(&p->arena, path),
				    .dev = st.st_dev,
				    .ino = st.st_ino,
				    .uid = st.st_uid,
				    .gid = st.st_gid,
				    .mode = st.st_mode };
	p->facts.roots_n++;
	return root->host == NULL ? err_sys(e, -ENOMEM, "git directory") : 0;
}

/* The git directory of a worktree is always COMMON/worktrees/NAME. */
static bool is_worktree_of(const char *gitdir, const char *common)
{
	static const char below[] = "/worktrees/";
	size_t n = strlen(common);

	return strncmp(gitdir, common, n) == 0 &&
	       strncmp(gitdir + n, below, sizeof(below) - 1) == 0 &&
	       strchr(gitdir + n + sizeof(below) - 1, '/') == NULL;
}

int git_roots(struct prepared *p, struct err *e)
{
	const char *workspace = p->facts.root[0].host;
	char text[PATH_MAX];
	char gitdir[PATH_MAX];
	char common[PATH_MAX];

	if (!line_of(workspace, ".git", "gitdir: ", text) || !real_from(workspace, text, gitdir) ||
	    !points_back(gitdir, workspace))
		return 0;
	if (line_of(gitdir, "commondir", "", text) && real_from(gitdir, text, common) &&
	    is_worktree_of(gitdir, common))
		return root_add(p, common, e);
	return root_add(p, gitdir, e);
}
