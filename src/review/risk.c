/* SPDX-License-Identifier: Apache-2.0 */
/* What about a change deserves a second look before it is applied. */
#include "review/risk.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "base/fd.h"
#include "review/changes.h"

#define HEAD_MAX 65536

static const char *const names[] = {
	"hook",	   "ci",       "agent-config", "editor-config", "lockfile",  "executable",
	"setuid",  "link-out", "build-script", "binary",	"invisible", "protected",
	"special", NULL,
};

/* A pattern without a slash is held against the last component, else against the whole path. */
static const struct pattern {
	const char *glob;
	unsigned int flag;
} patterns[] = {
	{ "*.git/hooks/*", RISK_HOOK },
	{ "*.git/config", RISK_HOOK },
	{ "*.husky/*", RISK_HOOK },
	{ ".pre-commit-config.yaml", RISK_HOOK },
	{ "lefthook.yml", RISK_HOOK },
	{ ".gitattributes", RISK_HOOK },
	{ ".gitmodules", RISK_HOOK },
	{ "*.github/*", RISK_CI },
	{ ".gitlab-ci.yml", RISK_CI },
	{ "*.circleci/*", RISK_CI },
	{ "*.ci/*", RISK_CI },
	{ "Jenkinsfile", RISK_CI },
	{ ".travis.yml", RISK_CI },
	{ "azure-pipelines.yml", RISK_CI },
	{ "*.claude/*", RISK_AGENT },
	{ "*.cursor/*", RISK_AGENT },
	{ "*.codex/*", RISK_AGENT },
	{ "*.gemini/*", RISK_AGENT },
	{ "CLAUDE*.md", RISK_AGENT },
	{ "AGENTS.md", RISK_AGENT },
	{ "GEMINI.md", RISK_AGENT },
	{ ".cursorrules", RISK_AGENT },
	{ ".mcp.json", RISK_AGENT },
	{ ".tiercel.yaml", RISK_AGENT },
	{ "*.vscode/*", RISK_EDITOR },
	{ "*.idea/*", RISK_EDITOR },
	{ "*.devcontainer/*", RISK_EDITOR },
	{ ".envrc", RISK_EDITOR },
	{ ".editorconfig", RISK_EDITOR },
	{ ".exrc", RISK_EDITOR },
	{ ".nvimrc", RISK_EDITOR },
	{ ".dir-locals.el", RISK_EDITOR },
	{ "*.lock", RISK_LOCKFILE },
	{ "package-lock.json", RISK_LOCKFILE },
	{ "pnpm-lock.yaml", RISK_LOCKFILE },
	{ "go.sum", RISK_LOCKFILE },
	{ "Makefile", RISK_BUILD },
	{ "GNUmakefile", RISK_BUILD },
	{ "makefile", RISK_BUILD },
	{ "*.mk", RISK_BUILD },
	{ "CMakeLists.txt", RISK_BUILD },
	{ "meson.build", RISK_BUILD },
	{ "configure", RISK_BUILD },
	{ "package.json", RISK_BUILD },
	{ "setup.py", RISK_BUILD },
	{ "conftest.py", RISK_BUILD },
	{ "pyproject.toml", RISK_BUILD },
	{ "build.rs", RISK_BUILD },
	{ "Dockerfile", RISK_BUILD },
	{ "build.gradle*", RISK_BUILD },
	{ "pom.xml", RISK_BUILD },
	{ "Justfile", RISK_BUILD },
};

static unsigned int by_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash ? slash + 1 : path;
	unsigned int flags = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(patterns); i++) {
		const char *glob = patterns[i].glob;

		if (fnmatch(glob, strchr(glob, '/') ? path : last, FNM_CASEFOLD) == 0)
			flags |= patterns[i].flag;
	}
	return flags;
}

/* Case is ignored, because some file systems do. */
static bool is_at_or_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncasecmp(path, top, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static bool is_protected(const struct review_root *r, const struct review_change *c,
			 const char *path)
{
	size_t i;

	for (i = 0; i < r->protect_n; i++) {
		if (is_at_or_below(path, r->protect[i]))
			return true;
		/* Something other than a directory put in place of a parent takes the whole away.
		 */
		if (c->now.mode && !S_ISDIR(c->now.mode) && is_at_or_below(r->protect[i], path))
			return true;
	}
	return false;
}

/* A link leads out when it is absolute or climbs above the root; the text alone decides. */
static bool leads_out(const char *path, const char *target, size_t n)
{
	long depth = 0;
	const char *p;

	if (n && target[0] == '/')
		return true;
	for (p = path; *p; p++)
		depth += *p == '/';
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

/* Zero-width and reordering characters, a byte order mark past the start, escape sequences. */
static bool is_invisible(const char *p, size_t i)
{
	unsigned char third = (unsigned char)p[2];

	if (p[0] == '\x1b')
		return true;
	if (memcmp(p, "\xef\xbb\xbf", 3) == 0)
		return i > 0;
	if (memcmp(p, "\xe2\x80", 2) == 0)
		return (third >= 0x8b && third <= 0x8f) || (third >= 0xaa && third <= 0xae);
	return memcmp(p, "\xe2\x81", 2) == 0 && third >= 0xa0 && third <= 0xaf;
}

static unsigned int by_content(const struct review_trees *t, const struct review_change *c)
{
	AUTO_CLOSE int fd = -EBADF;
	AUTO_FREE char *head = malloc(HEAD_MAX);
	size_t i;
	ssize_t n;

	fd = node_open(t->made[c->root], c->path, true);
	if (fd < 0 || !head)
		return 0;
	n = pread(fd, head, HEAD_MAX, 0);
	if (n <= 0)
		return 0;
	if (memchr(head, '\0', (size_t)n))
		return RISK_BINARY;
	for (i = 0; i + 2 < (size_t)n; i++) {
		if (is_invisible(head + i, i))
			return RISK_INVISIBLE;
	}
	return 0;
}

static unsigned int by_type(const struct review_trees *t, const struct review_change *c)
{
	AUTO_BUF struct buf target = BUF_INIT(65536);
	unsigned int flags = 0;

	if (S_ISLNK(c->now.mode)) {
		if (node_link(t->made[c->root], c->path, &target) < 0 ||
		    leads_out(c->path, target.p ? target.p : "", target.n))
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

void risk_mark(const struct review_trees *t, struct review_changes *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		struct review_change *one = &c->v[i];
		const struct review_root *r = &t->roots[one->root];

		one->flags |= by_type(t, one);
		if (!S_ISDIR(one->now.mode))
			one->flags |= by_name(one->path);
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
