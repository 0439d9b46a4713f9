/* SPDX-License-Identifier: Apache-2.0 */
/* What a path means to git: which part of it lies inside a git directory. */
#include "review/git_path.h"

#include <string.h>
#include <strings.h>

#include "review/root.h"

const char *path_next(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash && slash[1] ? slash + 1 : NULL;
}

bool path_is_in(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncasecmp(path, top, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

bool git_is_root(const struct review_root *r)
{
	return git_component(r->path, ".git") != NULL;
}

const char *git_inside(const struct review_root *r, const char *path)
{
	const char *found = git_is_root(r) ? path : NULL;

	for (const char *p = path; p; p = path_next(p))
		if (strncasecmp(p, ".git/", 5) == 0)
			found = p + 5;
	return found;
}

bool git_holds(const char *inside, const char *top)
{
	static const char *const names[] = { "refs", "logs", "objects" };

	if (path_is_in(inside, top))
		return true;
	if (!path_is_in(inside, "modules") && !path_is_in(inside, "worktrees"))
		return false;
	for (const char *p = path_next(inside); p; p = path_next(p)) {
		if (path_is_in(p, top))
			return true;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (path_is_in(p, names[i]))
				return false;
	}
	return false;
}

const char *git_component(const char *inside, const char *name)
{
	for (const char *p = inside + (*inside == '/'); p; p = path_next(p))
		if (path_is_in(p, name))
			return p;
	return NULL;
}
