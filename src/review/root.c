/* SPDX-License-Identifier: Apache-2.0 */
/* A review: opens the directories that a sandbox may have changed and holds them. */
#include "review/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/path.h"

void review_init(struct review *rv, int store_fd, int64_t start_ns)
{
	*rv = (struct review){ .store_fd = store_fd, .start_ns = start_ns };
}

void review_done(struct review *rv)
{
	for (size_t i = 0; i < rv->root_n; i++) {
		fd_close(rv->roots[i].host_fd);
		fd_close(rv->roots[i].box_fd);
	}
	arena_done(&rv->arena);
	rv->root_n = 0;
}

/* Rules speak of ".git/hooks"; in a root that is itself a git directory that is "hooks". */
static const char *git_prefix(const char *path)
{
	const char *found = NULL;

	for (const char *p = path; (p = strstr(p, "/.git")) != NULL; p += 5)
		if (p[5] == '\0' || p[5] == '/')
			found = p + 1;
	return found != NULL ? found : "";
}

static int copy_protect(struct review *rv, const struct review_spec *spec, struct review_root *to)
{
	const char **v = arena_alloc(&rv->arena, (spec->protect_n + 1) * sizeof(*v));

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < spec->protect_n; i++) {
		v[i] = arena_str(&rv->arena, spec->protect[i]);
		if (v[i] == NULL)
			return -ENOMEM;
	}
	to->protect = v;
	to->protect_n = spec->protect_n;
	return 0;
}

static int copy_strings(struct review *rv, const struct review_spec *spec, struct review_root *to)
{
	to->kind = spec->kind;
	to->path = arena_str(&rv->arena, spec->path);
	to->manifest = arena_printf(&rv->arena, "%s.manifest", spec->box);
	if (to->path == NULL || to->manifest == NULL)
		return -ENOMEM;
	to->prefix = git_prefix(to->path);
	return copy_protect(rv, spec, to);
}

int review_add(struct review *rv, const struct review_spec *spec, struct err *e)
{
	AUTO_CLOSE int host = -EBADF;
	AUTO_CLOSE int box = -EBADF;
	struct review_root *to = &rv->roots[rv->root_n];
	struct stat st;

	if (rv->root_n == REVIEW_ROOTS_MAX)
		return err_set(e, -E2BIG, "a review has at most %d directories", REVIEW_ROOTS_MAX);
	host = path_open_plain(AT_FDCWD, spec->path, O_PATH | O_DIRECTORY, 0);
	if (host < 0)
		return err_sys(e, host, "cannot open %s", spec->path);
	if (fstat(host, &st) < 0)
		return err_sys(e, -errno, "cannot look at %s", spec->path);
	if (spec->ino != 0 && (st.st_ino != spec->ino || st.st_dev != spec->dev))
		return err_set(e, -ESTALE, "%s is not the directory that the sandbox worked on",
			       spec->path);
	box = path_open_beneath(rv->store_fd, spec->box, O_RDONLY | O_DIRECTORY, 0);
	if (box < 0)
		return err_sys(e, box, "cannot open the changes of %s", spec->path);
	if (copy_strings(rv, spec, to) < 0)
		return err_sys(e, -ENOMEM, "%s", spec->path);
	if (rv->root_n == 0) {
		rv->uid = st.st_uid;
		rv->gid = st.st_gid;
	}
	to->host_fd = fd_take(&host);
	to->box_fd = fd_take(&box);
	rv->root_n++;
	return 0;
}

const char *review_display(struct review *rv, size_t root, const char *path)
{
	if (root == 0)
		return path;
	return arena_printf(&rv->arena, "%s/%s", rv->roots[root].path, path);
}
