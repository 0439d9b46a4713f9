/* SPDX-License-Identifier: Apache-2.0 */
/* What about a change deserves a second look before it is applied. */
#include "review/risk.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"
#include "review/changes.h"
#include "review/git_dir.h"
#include "review/git_path.h"

#define HEAD_MAX 16384
#define SCAN_MAX ((size_t)8 << 20)

static const char *const names[] = {
	"hook",	      "ci",	   "agent-config", "editor-config", "lockfile",
	"executable", "setuid",	   "link-out",	   "build-script",  "binary",
	"invisible",  "protected", "special",	   "git-lock",	    NULL,
};

/*
 * A pattern without a slash is held against the last component; one that ends in a slash against
 * every directory on the way; any other against the whole path and what follows each slash.
 */
static const struct pattern {
	const char *glob;
	unsigned int flag;
} patterns[] = {
	{ ".git/hooks/", RISK_HOOK },
	{ ".git/config", RISK_HOOK },
	{ ".git/config.worktree", RISK_HOOK },
	{ ".git/commondir", RISK_HOOK },
	{ ".git/info/attributes", RISK_HOOK },
	{ ".husky/", RISK_HOOK },
	{ ".githooks/", RISK_HOOK },
	{ ".pre-commit-config.yaml", RISK_HOOK },
	{ "lefthook.y*ml", RISK_HOOK },
	{ ".lefthook.y*ml", RISK_HOOK },
	{ ".gitattributes", RISK_HOOK },
	{ ".gitmodules", RISK_HOOK },
	{ ".gitconfig", RISK_HOOK },
	{ ".github/", RISK_CI },
	{ ".gitlab-ci.yml", RISK_CI },
	{ ".gitlab/", RISK_CI },
	{ ".gitea/", RISK_CI },
	{ ".forgejo/", RISK_CI },
	{ ".circleci/", RISK_CI },
	{ ".buildkite/", RISK_CI },
	{ ".woodpecker/", RISK_CI },
	{ ".ci/", RISK_CI },
	{ "Jenkinsfile*", RISK_CI },
	{ ".travis.yml", RISK_CI },
	{ ".drone.yml", RISK_CI },
	{ ".woodpecker.y*ml", RISK_CI },
	{ "appveyor.yml", RISK_CI },
	{ "azure-pipelines.yml", RISK_CI },
	{ "bitbucket-pipelines.yml", RISK_CI },
	{ "cloudbuild.y*ml", RISK_CI },
	{ ".claude/", RISK_AGENT },
	{ ".cursor/", RISK_AGENT },
	{ ".codex/", RISK_AGENT },
	{ ".gemini/", RISK_AGENT },
	{ ".opencode/", RISK_AGENT },
	{ ".kiro/", RISK_AGENT },
	{ ".roo/", RISK_AGENT },
	{ ".windsurf/", RISK_AGENT },
	{ ".amazonq/", RISK_AGENT },
	{ ".aider*", RISK_AGENT },
	{ "CLAUDE*.md", RISK_AGENT },
	{ "AGENTS*.md", RISK_AGENT },
	{ "GEMINI.md", RISK_AGENT },
	{ "SKILL.md", RISK_AGENT },
	{ ".cursorrules", RISK_AGENT },
	{ ".clinerules", RISK_AGENT },
	{ ".windsurfrules", RISK_AGENT },
	{ ".goosehints", RISK_AGENT },
	{ "opencode.json*", RISK_AGENT },
	{ ".mcp.json", RISK_AGENT },
	{ "mcp.json", RISK_AGENT },
	{ ".tiercel.yaml", RISK_AGENT },
	{ ".vscode/", RISK_EDITOR },
	{ ".idea/", RISK_EDITOR },
	{ ".zed/", RISK_EDITOR },
	{ ".devcontainer/", RISK_EDITOR },
	{ ".devcontainer.json", RISK_EDITOR },
	{ "*.code-workspace", RISK_EDITOR },
	{ ".envrc", RISK_EDITOR },
	{ ".editorconfig", RISK_EDITOR },
	{ ".exrc", RISK_EDITOR },
	{ ".vimrc", RISK_EDITOR },
	{ ".nvimrc", RISK_EDITOR },
	{ ".nvim.lua", RISK_EDITOR },
	{ ".dir-locals*.el", RISK_EDITOR },
	{ ".bashrc", RISK_EDITOR },
	{ ".zshrc", RISK_EDITOR },
	{ ".profile", RISK_EDITOR },
	{ ".tool-versions", RISK_EDITOR },
	{ "*.lock", RISK_LOCKFILE },
	{ "package-lock.json", RISK_LOCKFILE },
	{ "npm-shrinkwrap.json", RISK_LOCKFILE },
	{ "pnpm-lock.yaml", RISK_LOCKFILE },
	{ "bun.lockb", RISK_LOCKFILE },
	{ "go.sum", RISK_LOCKFILE },
	{ "Package.resolved", RISK_LOCKFILE },
	{ "Makefile*", RISK_BUILD },
	{ "GNUmakefile", RISK_BUILD },
	{ "*.mk", RISK_BUILD },
	{ "CMakeLists.txt", RISK_BUILD },
	{ "*.cmake", RISK_BUILD },
	{ "meson.build", RISK_BUILD },
	{ "configure*", RISK_BUILD },
	{ "SConstruct", RISK_BUILD },
	{ "BUILD.bazel", RISK_BUILD },
	{ "WORKSPACE", RISK_BUILD },
	{ "package.json", RISK_BUILD },
	{ ".npmrc", RISK_BUILD },
	{ ".yarnrc*", RISK_BUILD },
	{ "*.config.js", RISK_BUILD },
	{ "*.config.[cm]js", RISK_BUILD },
	{ "*.config.ts", RISK_BUILD },
	{ "setup.py", RISK_BUILD },
	{ "setup.cfg", RISK_BUILD },
	{ "conftest.py", RISK_BUILD },
	{ "sitecustomize.py", RISK_BUILD },
	{ "*.pth", RISK_BUILD },
	{ "tox.ini", RISK_BUILD },
	{ "noxfile.py", RISK_BUILD },
	{ "pyproject.toml", RISK_BUILD },
	{ "pip.conf", RISK_BUILD },
	{ "Cargo.toml", RISK_BUILD },
	{ ".cargo/", RISK_BUILD },
	{ "build.rs", RISK_BUILD },
	{ "Dockerfile*", RISK_BUILD },
	{ "docker-compose*.y*ml", RISK_BUILD },
	{ "compose.y*ml", RISK_BUILD },
	{ "*.gradle", RISK_BUILD },
	{ "*.gradle.kts", RISK_BUILD },
	{ "gradlew", RISK_BUILD },
	{ "mvnw", RISK_BUILD },
	{ "pom.xml", RISK_BUILD },
	{ "build.xml", RISK_BUILD },
	{ "*.csproj", RISK_BUILD },
	{ "Directory.Build.*", RISK_BUILD },
	{ "Rakefile", RISK_BUILD },
	{ "Gemfile", RISK_BUILD },
	{ "Justfile", RISK_BUILD },
	{ "Vagrantfile", RISK_BUILD },
};

/* Whether a directory on the way, or the last component itself, is @glob without its slash. */
static bool has_component(const char *path, const char *glob)
{
	char top[32];
	size_t n = strlen(glob) - 1;

	if (n >= sizeof(top))
		return false;
	memcpy(top, glob, n);
	top[n] = '\0';
	for (; path; path = path_next(path))
		if (path_is_in(path, top))
			return true;
	return false;
}

static bool is_match(const char *path, const char *inside, const char *glob)
{
	const char *slash = strrchr(path, '/');
	size_t n = strlen(glob);

	if (strncmp(glob, ".git/", 5) == 0) {
		char top[32];

		n -= 5 + (size_t)(glob[n - 1] == '/');
		if (!inside || n >= sizeof(top))
			return false;
		memcpy(top, glob + 5, n);
		top[n] = '\0';
		return git_holds(inside, top);
	}
	if (glob[n - 1] == '/')
		return has_component(path, glob);
	return fnmatch(glob, slash ? slash + 1 : path, FNM_CASEFOLD) == 0;
}

static unsigned int by_name(const struct review_root *r, const char *path)
{
	const char *inside = git_inside(r, path);
	size_t n = strlen(path);
	unsigned int flags = 0;
	size_t i;

	/* Branches and objects may be called anything; a left lock stops git on the host. */
	if (inside && n > 5 && strcmp(path + n - 5, ".lock") == 0)
		return RISK_GIT_LOCK;
	for (i = 0; i < ARRAY_LEN(patterns); i++) {
		if (inside && strncmp(patterns[i].glob, ".git/", 5) != 0)
			continue;
		if (is_match(path, inside, patterns[i].glob))
			flags |= patterns[i].flag;
	}
	return flags;
}

/* Whether @path is at, below or (being no directory) above what @pattern protects. */
static bool is_held(const char *path, const char *pattern, bool is_solid)
{
	for (; path; path = path_next(path))
		if (path_is_in(path, pattern) || (is_solid && path_is_in(pattern, path)))
			return true;
	return false;
}

/*
 * Files that decide where a repository's configuration is read from are worth as much as that. Of a
 * worktree made inside only the file that leads to it counts, which is held in any case.
 */
static bool is_like_config(const struct review_change *c, const char *inside)
{
	const char *slash = strrchr(inside, '/');
	const char *last = slash ? slash + 1 : inside;

	if (strcasecmp(last, "config.worktree") == 0)
		return true;
	return strcasecmp(last, "commondir") == 0 &&
	       !(c->kind == CHANGE_ADD && git_component(inside, "worktrees"));
}

/* A pattern holds at any depth, so that repositories within the workspace count as well. */
static bool is_protected(const struct review_root *r, const struct review_change *c,
			 const char *path)
{
	/* A parent that is gone, or something else now, takes the whole away. */
	bool is_solid = !S_ISDIR(c->now.mode);
	const char *inside = git_inside(r, path);
	size_t i;

	for (i = 0; i < r->protect_n; i++) {
		const char *pattern = r->protect[i];

		if (git_is_root(r)) {
			if (git_holds(path, pattern) || (is_solid && path_is_in(pattern, path)) ||
			    (strcmp(pattern, "config") == 0 && is_like_config(c, path)))
				return true;
			continue;
		}
		if (is_held(path, pattern, is_solid))
			return true;
		if (!inside || strncmp(pattern, ".git/", 5) != 0)
			continue;
		if (git_holds(inside, pattern + 5) ||
		    (strcmp(pattern, ".git/config") == 0 && is_like_config(c, inside)))
			return true;
	}
	return false;
}

/* Whether a path that begins @depth directories below a top climbs above it. */
static bool climbs_out(long depth, const char *target, size_t n)
{
	const char *p;

	for (p = target; p < target + n;) {
		const char *end = memchr(p, '/', (size_t)(target + n - p));
		size_t len = (size_t)((end ? end : target + n) - p);

		if (len == 2 && memcmp(p, "..", 2) == 0)
			depth--;
		else if (len && !(len == 1 && *p == '.'))
			depth++;
		if (depth < 0)
			return true;
		p += len + 1;
	}
	return false;
}

/* A link leads out when it is absolute and names no path below @root, or climbs above that. */
static bool leads_out(const char *root, const char *path, const char *target, size_t n)
{
	size_t top = strlen(root);
	long depth = 0;

	if (n && target[0] == '/')
		return n < top || memcmp(target, root, top) != 0 ||
		       (n > top && target[top] != '/') || climbs_out(0, target + top, n - top);
	for (; *path; path++)
		depth += *path == '/';
	return climbs_out(depth, target, n);
}

/* Lines with what escape_is_plain refuses; form feeds and the returns before newlines aside. */
static size_t count_hidden(const char *p, size_t n)
{
	size_t count = 0;
	size_t start = 0;

	for (size_t i = 0; i <= n; i++) {
		size_t len = i - start;

		if (i < n && p[i] != '\n' && p[i] != '\f')
			continue;
		if (len && p[i - 1] == '\r')
			len--;
		count += !escape_is_plain(p + start, len);
		start = i + 1;
	}
	return count;
}

/* Reads up to SCAN_MAX bytes. Returns 1 for binary content, 0, or negative errno. */
static int read_text(int dir, const char *path, bool is_ours, struct buf *b)
{
	AUTO_CLOSE int fd = node_open(dir, path, is_ours);
	char head[HEAD_MAX];
	ssize_t n;

	while (fd >= 0 && (n = fd_read_full(fd, head, sizeof(head))) > 0) {
		if (memchr(head, '\0', (size_t)n))
			return 1;
		if (b->n + (size_t)n > SCAN_MAX)
			return 0;
		buf_add(b, head, (size_t)n);
	}
	return fd < 0 ? fd : b->err;
}

static unsigned int by_content(const struct review_trees *t, const struct review_change *c)
{
	AUTO_BUF struct buf now = BUF_INIT(SCAN_MAX);
	AUTO_BUF struct buf old = BUF_INIT(SCAN_MAX);
	const char *inside = git_inside(&t->roots[c->root], c->path);
	size_t hidden;
	int r;

	if (c->kind == CHANGE_MODE || c->kind == CHANGE_XATTR)
		return 0;
	/* Compressed, so that a short one may have no NUL in it and look like text with oddities.
	 */
	if (inside && git_component(inside, "objects"))
		return RISK_BINARY;
	r = read_text(t->made[c->root], c->path, true, &now);
	if (r != 0)
		return r > 0 ? RISK_BINARY : 0;
	hidden = count_hidden(now.p ? now.p : "", now.n);
	if (hidden == 0)
		return 0;
	/* What the host's own text has as well is nothing new. */
	if (c->kind == CHANGE_MODIFY &&
	    read_text(t->roots[c->root].fd, c->path, false, &old) == 0 &&
	    count_hidden(old.p ? old.p : "", old.n) >= hidden)
		return 0;
	return RISK_INVISIBLE;
}

static unsigned int by_type(const struct review_trees *t, const struct review_change *c)
{
	AUTO_BUF struct buf target = BUF_INIT(65536);
	unsigned int flags = 0;

	if (S_ISLNK(c->now.mode)) {
		if (node_link(t->made[c->root], c->path, &target) < 0 ||
		    leads_out(t->roots[c->root].path, c->path, target.p ? target.p : "", target.n))
			return RISK_LINK_OUT;
		return 0;
	}
	if (S_ISDIR(c->now.mode) || !c->now.mode)
		return 0;
	if (!S_ISREG(c->now.mode))
		return RISK_SPECIAL;
	if (c->now.mode & (S_ISUID | S_ISGID))
		flags |= RISK_SETUID;
	if ((c->now.mode & 0111) && !(S_ISREG(c->old.mode) && (c->old.mode & 0111)) &&
	    c->kind != CHANGE_RENAME)
		flags |= RISK_EXECUTABLE;
	return flags | by_content(t, c);
}

/* Where a part of `.git` is protected, so is what stands in for it under another name. */
static bool protects_git(const struct review_root *r)
{
	for (size_t i = 0; i < r->protect_n; i++)
		if (git_is_root(r) || path_is_in(r->protect[i], ".git"))
			return true;
	return false;
}

void risk_mark(const struct review_trees *t, struct review_changes *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		struct review_change *one = &c->v[i];
		const struct review_root *r = &t->roots[one->root];

		one->flags |= by_type(t, one);
		if (!S_ISDIR(one->now.mode))
			one->flags |= by_name(r, one->path);
		if (one->now.mode && !S_ISDIR(one->now.mode) &&
		    git_dir_obeys(t, one->root, one->path))
			one->flags |= protects_git(r) ? RISK_HOOK | RISK_PROTECTED : RISK_HOOK;
		if (!escape_is_plain(one->path, strlen(one->path)))
			one->flags |= RISK_INVISIBLE;
		if (is_protected(r, one, one->path) ||
		    (one->from && is_protected(r, one, one->from)))
			one->flags |= RISK_PROTECTED;
	}
}

const char *risk_name(unsigned int i)
{
	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

void risk_words(unsigned int flags, struct buf *b)
{
	const char *comma = "";
	unsigned int i;

	for (i = 0; names[i]; i++) {
		if (!(flags & (1U << i)))
			continue;
		buf_printf(b, "%s%s", comma, names[i]);
		comma = ", ";
	}
}
