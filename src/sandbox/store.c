/* SPDX-License-Identifier: Apache-2.0 */
/* Where sandboxes are kept: one directory each, held by a lock while it runs. */
#include "sandbox/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "linux/userns.h"
#include "review/discard.h"
#include "sandbox/box_review.h"
#include "sandbox/hold.h"
#include "sandbox/name.h"
#include "sandbox/placeholder_log.h"
#include "sandbox/record.h"

#define HEX "0123456789abcdef"
#define PREFIX_MIN 2
#define TRIES 3

void store_box_done(struct store_box *box)
{
	box->dir = fd_close(box->dir);
	box->lock = fd_close(box->lock);
}

static int state_path(char *ret, struct err *e)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int n;

	if (state != NULL && state[0] == '/')
		n = snprintf(ret, STORE_PATH_MAX, "%s/tiercel/sandboxes", state);
	else if (geteuid() == 0 && userns_is_initial() != 0)
		n = snprintf(ret, STORE_PATH_MAX, "/var/lib/tiercel/sandboxes");
	else if (home != NULL && home[0] == '/')
		n = snprintf(ret, STORE_PATH_MAX, "%s/.local/state/tiercel/sandboxes", home);
	else
		return err_set(e, -ENOENT,
			       "HOME is not set; set it, or XDG_STATE_HOME, to an absolute path");
	return n >= STORE_PATH_MAX - 64
		       ? err_set(e, -ENAMETOOLONG, "the state directory's path is too long")
		       : 0;
}

/* The user's own path, so links in it are followed. */
static int parents_make(char *path)
{
	char *slash = path;
	int r = 0;

	while (slash != NULL && r == 0) {
		slash = strchr(slash + 1, '/');
		if (slash != NULL)
			*slash = '\0';
		r = mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
		if (slash != NULL)
			*slash = '/';
	}
	return r;
}

int store_open(char *ret_path, struct err *e)
{
	AUTO_CLOSE int fd = -EBADF;
	struct stat st;
	int r = state_path(ret_path, e);

	if (r < 0)
		return r;
	/* The usual case is one call; the rest is for the first run. */
	fd = open(ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		r = parents_make(ret_path);
		if (r < 0)
			return err_sys(e, r, "cannot make the state directory %s", ret_path);
		fd = open(ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, -errno, "cannot make the state directory %s", ret_path);
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return err_set(e, -EPERM, "%s: must belong to you and be writable by you alone",
			       ret_path);
	return fd_take(&fd);
}

static int id_new(char *id)
{
	unsigned char bytes[STORE_ID_LEN];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -EIO;
	for (int i = 0; i < STORE_ID_LEN; i++)
		id[i] = HEX[bytes[i] % 16];
	id[STORE_ID_LEN] = '\0';
	return 0;
}

static bool is_id(const char *text)
{
	return strlen(text) == STORE_ID_LEN && strspn(text, HEX) == STORE_ID_LEN;
}

static int box_open(int all, const char *base, const char *id, struct store_box *box)
{
	memcpy(box->id, id, sizeof(box->id));
	if (snprintf(box->path, sizeof(box->path), "%s/%s", base, id) >= (int)sizeof(box->path))
		return -ENAMETOOLONG;
	box->dir = path_open_beneath(all, id, O_RDONLY | O_DIRECTORY, 0);
	return box->dir < 0 ? box->dir : 0;
}

/* A removal of everything may come between the directory and its lock: then once more. */
static int box_make(int all, const char *base, struct store_box *box)
{
	char id[STORE_ID_LEN + 1];
	int r = -EIO;

	for (int i = 0; i < TRIES && r < 0; i++) {
		store_box_done(box);
		r = id_new(id);
		if (r == 0 && mkdirat(all, id, 0700) < 0)
			return -errno;
		if (r == 0)
			r = box_open(all, base, id, box);
		if (r == 0) {
			box->lock = hold_new(box->dir);
			r = box->lock < 0 ? box->lock : 0;
		}
		if (r < 0 && r != -ENOENT && r != -EAGAIN && r != -EEXIST)
			break;
	}
	return r;
}

int store_create(const char *name, struct store_box *box, struct err *e)
{
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];
	int r = name != NULL ? name_check(name, e) : 0;

	if (r < 0)
		return r;
	all = store_open(base, e);
	if (all < 0)
		return all;
	r = box_make(all, base, box);
	if (r < 0)
		return err_sys(e, r, "cannot make a sandbox in %s", base);
	r = name_claim(all, box->id, name, box->name, e);
	if (r < 0) {
		(void)review_remove_tree(all, box->id, NULL);
		store_box_done(box);
	}
	return r;
}

bool store_is_running(const struct store_box *box)
{
	return hold_is_running(box->dir);
}

int store_hold(struct store_box *box, struct err *e)
{
	int r = box->lock >= 0 ? 0 : hold_settle(box->dir);

	if (r == -EBUSY)
		return err_set(e, -EBUSY, "sandbox %s is running", box->id);
	if (r == -EALREADY)
		return err_set(e, -EBUSY, "sandbox %s is being made, applied or removed just now",
			       box->id);
	if (r < 0)
		return err_sys(e, r, "cannot lock sandbox %s", box->id);
	if (box->lock < 0)
		box->lock = r;
	return 0;
}

static DIR *all_open(char *base, struct err *e)
{
	int all = store_open(base, e);
	DIR *dir = all < 0 ? NULL : fdopendir(all);

	if (all >= 0 && dir == NULL) {
		fd_close(all);
		err_sys(e, -ENOMEM, "%s", base);
	}
	return dir;
}

int store_each(int (*visit)(struct store_box *box, void *arg), void *arg, struct err *e)
{
	char base[STORE_PATH_MAX];
	DIR *dir = all_open(base, e);
	struct dirent *entry;
	int more = 0;
	int r = 0;

	if (dir == NULL)
		return -EIO;
	while (r == 0 && (more = file_next(dir, &entry)) > 0) {
		struct store_box box = STORE_BOX_INIT;

		if (is_id(entry->d_name) && box_open(dirfd(dir), base, entry->d_name, &box) == 0)
			r = visit(&box, arg);
		store_box_done(&box);
	}
	closedir(dir);
	return r == 0 && more < 0 ? err_sys(e, more, "cannot read all of %s", base) : r;
}

/* How many ids begin like @which; the last of them in @ret_id. */
static int prefix_find(const char *which, char *ret_id, struct err *e)
{
	char base[STORE_PATH_MAX];
	size_t n = strlen(which);
	DIR *dir = all_open(base, e);
	struct dirent *entry;
	int matches = 0;
	int more;

	if (dir == NULL)
		return -EIO;
	while ((more = file_next(dir, &entry)) > 0) {
		if (!is_id(entry->d_name) || strncmp(entry->d_name, which, n) != 0)
			continue;
		memcpy(ret_id, entry->d_name, STORE_ID_LEN + 1);
		matches++;
	}
	closedir(dir);
	return more < 0 ? err_sys(e, more, "cannot read all of %s", base) : matches;
}

int store_find(const char *which, struct store_box *box, struct err *e)
{
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];
	char id[STORE_ID_LEN + 1] = "";
	int matches = 0;

	all = store_open(base, e);
	if (all < 0)
		return all;
	if (is_id(which))
		memcpy(id, which, sizeof(id));
	else if (name_find(all, which, id) < 0 && strlen(which) >= PREFIX_MIN &&
		 strspn(which, HEX) == strlen(which))
		matches = prefix_find(which, id, e);
	if (matches < 0)
		return matches;
	if (matches > 1)
		return err_set(e, -EINVAL, "\"%s\" fits %d sandboxes; give more of the id", which,
			       matches);
	if (id[0] == '\0' || box_open(all, base, id, box) < 0)
		return err_set(e, -ENOENT, "no sandbox \"%s\"; tiercel ps -a lists them", which);
	return 0;
}
