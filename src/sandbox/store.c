/* SPDX-License-Identifier: Apache-2.0 */
/* Where sandboxes are kept: one directory each, held by a lock while it runs. */
#include "sandbox/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "sandbox/record.h"
#include "sandbox/remove.h"

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
	else if (geteuid() == 0)
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

int store_open(char *ret_path, struct err *e)
{
	AUTO_CLOSE int root = -EBADF;
	AUTO_CLOSE int fd = -EBADF;
	struct stat st;
	int r = state_path(ret_path, e);

	if (r < 0)
		return r;
	/* The usual case is one call; the rest is for the first run. */
	fd = open(ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		fd_close(path_mkdirs(root, ret_path + 1, 0700, NULL));
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
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[STORE_ID_LEN];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -EIO;
	for (int i = 0; i < STORE_ID_LEN; i++)
		id[i] = hex[bytes[i] % 16];
	id[STORE_ID_LEN] = '\0';
	return 0;
}

static int box_open(int all, const char *base, const char *id, struct store_box *box)
{
	snprintf(box->id, sizeof(box->id), "%s", id);
	if (snprintf(box->path, sizeof(box->path), "%s/%s", base, id) >= (int)sizeof(box->path))
		return -ENAMETOOLONG;
	box->dir = path_open_beneath(all, id, O_RDONLY | O_DIRECTORY, 0);
	return box->dir < 0 ? box->dir : 0;
}

int store_create(struct store_box *box, struct err *e)
{
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];
	char id[STORE_ID_LEN + 1];
	int r;

	all = store_open(base, e);
	if (all < 0)
		return all;
	r = id_new(id);
	if (r == 0 && mkdirat(all, id, 0700) < 0)
		r = -errno;
	if (r == 0)
		r = box_open(all, base, id, box);
	if (r < 0)
		return err_sys(e, r, "cannot make a sandbox in %s", base);
	box->lock = openat(box->dir, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (box->lock < 0 || flock(box->lock, LOCK_EX | LOCK_NB) < 0)
		return err_sys(e, -errno, "cannot lock a sandbox in %s", base);
	return 0;
}

bool store_is_running(const struct store_box *box)
{
	AUTO_CLOSE int fd = -EBADF;

	fd = openat(box->dir, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

int store_each(int (*visit)(struct store_box *box, void *arg), void *arg, struct err *e)
{
	char base[STORE_PATH_MAX];
	int all = store_open(base, e);
	DIR *dir = all < 0 ? NULL : fdopendir(all);
	struct dirent *entry;
	int r = 0;

	if (dir == NULL) {
		fd_close(all);
		return all < 0 ? all : err_sys(e, -ENOMEM, "%s", base);
	}
	while (r == 0 && (entry = readdir(dir)) != NULL) {
		struct store_box box = STORE_BOX_INIT;

		if (strlen(entry->d_name) != STORE_ID_LEN || entry->d_name[0] == '.')
			continue;
		if (box_open(all, base, entry->d_name, &box) == 0)
			r = visit(&box, arg);
		store_box_done(&box);
	}
	closedir(dir);
	return r;
}

struct search {
	const char *which;
	struct store_box *found;
	int matches;
};

static int search_visit(struct store_box *box, void *arg)
{
	struct search *s = arg;
	bool is_match = strncmp(box->id, s->which, strlen(s->which)) == 0;

	if (!is_match) {
		struct record rec = { 0 };

		is_match = record_load(box, &rec, NULL) == 0 && rec.name != NULL &&
			   strcmp(rec.name, s->which) == 0;
		record_done(&rec);
	}
	if (!is_match)
		return 0;
	s->matches++;
	store_box_done(s->found);
	*s->found = *box;
	*box = STORE_BOX_INIT;
	return 0;
}

int store_find(const char *which, struct store_box *box, struct err *e)
{
	struct search s = { .which = which, .found = box };
	int r = which[0] == '\0' ? 0 : store_each(search_visit, &s, e);

	if (r < 0)
		return r;
	if (s.matches == 1)
		return 0;
	store_box_done(box);
	if (s.matches > 1)
		return err_set(e, -EINVAL, "\"%s\" fits %d sandboxes; give more of the id", which,
			       s.matches);
	return err_set(e, -ENOENT, "no sandbox \"%s\"; tiercel ps -a lists them", which);
}

int store_remove(struct store_box *box, struct err *e)
{
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];
	char trash[STORE_ID_LEN + 16];
	int r;

	all = store_open(base, e);
	if (all < 0)
		return all;
	snprintf(trash, sizeof(trash), ".trash-%s", box->id);
	if (renameat(all, box->id, all, trash) < 0)
		return err_sys(e, -errno, "cannot remove sandbox %s", box->id);
	r = remove_tree(all, trash);
	return r < 0 ? err_sys(e, r, "cannot delete all of %s/%s", base, trash) : 0;
}
