/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what was left when our processes were killed. */
#include "sandbox/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.h"
#include "linux/cgroup_sweep.h"
#include "review/discard.h"
#include "sandbox/hold.h"
#include "sandbox/placeholder_log.h"
#include "sandbox/removal.h"
#include "sandbox/store.h"

/* A removal at work holds the lock of what it deletes, until that is deleted too. */
static void trash_remove(int all, const char *name)
{
	AUTO_CLOSE int dir = -EBADF;
	AUTO_CLOSE int lock = -EBADF;

	dir = openat(all, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	lock = dir < 0 ? -EBADF : hold_settle(dir);
	/* One whose lock is deleted already may be at work still; two are in nobody's way. */
	if (lock == -EALREADY && faccessat(dir, "lock", F_OK, 0) < 0 && errno == ENOENT)
		lock = -ENOENT;
	if (lock != -EBUSY && lock != -EALREADY)
		(void)review_remove_tree(all, name, NULL);
}

static int placeholders_visit(struct store_box *box, void *arg)
{
	(void)arg;
	if (faccessat(box->dir, "placeholders", F_OK, 0) == 0 && store_hold(box, NULL) == 0)
		placeholders_recover(box->dir);
	return 0;
}

static int unborn_remove(struct store_box *box, void *arg)
{
	(void)arg;
	if (faccessat(box->dir, "record.json", F_OK, 0) < 0 && errno == ENOENT)
		(void)store_remove(box, NULL);
	return 0;
}

static void name_remove(int all, const char *link)
{
	char id[STORE_ID_LEN + 1] = "";

	if (readlinkat(all, link, id, STORE_ID_LEN) == STORE_ID_LEN &&
	    faccessat(all, id, F_OK, 0) < 0 && errno == ENOENT)
		(void)unlinkat(all, link, 0);
}

/* @arg: fd of the directory of all sandboxes */
static bool is_gone(const char *id, void *arg)
{
	AUTO_CLOSE int dir = -EBADF;

	dir = openat(*(const int *)arg, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return dir < 0 || !hold_is_running(dir);
}

int sweep_store(struct err *e)
{
	AUTO_CLOSE int lock = -EBADF;
	char base[STORE_PATH_MAX];
	struct dirent *entry;
	DIR *dir;
	int all;
	int r = store_each(placeholders_visit, NULL, e);

	if (r == 0)
		r = store_each(unborn_remove, NULL, e);
	all = r < 0 ? r : store_open(base, e);
	if (all < 0)
		return all;
	cgroup_sweep(is_gone, &all);
	/* Names are taken over under this lock, so none changes hands here. */
	lock = openat(all, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = lock >= 0 && flock(lock, LOCK_EX) == 0 ? fdopendir(all) : NULL;
	if (dir == NULL) {
		fd_close(all);
		return err_sys(e, -errno, "cannot read %s", base);
	}
	while ((entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, STORE_TRASH, strlen(STORE_TRASH)) == 0)
			trash_remove(dirfd(dir), entry->d_name);
		else if (entry->d_name[0] == '@')
			name_remove(dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return 0;
}
