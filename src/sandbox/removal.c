/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a sandbox off the store. */
#include "sandbox/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "review/discard.h"
#include "sandbox/box_review.h"
#include "sandbox/name.h"
#include "sandbox/placeholder_log.h"
#include "sandbox/record.h"
#include "sandbox/store.h"

#define STORE_LAST STORE_TRASH "last" /* left by store_drop */

static void name_give_back(int all, const struct store_box *box)
{
	struct record rec = { 0 };

	if (box->name[0] != '\0')
		name_release(all, box->id, box->name);
	else if (record_load(box, &rec, NULL) == 0 && rec.name != NULL)
		name_release(all, box->id, rec.name);
	record_done(&rec);
}

int store_remove(struct store_box *box, struct err *e)
{
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];
	char trash[STORE_ID_LEN + sizeof(STORE_TRASH)];
	int r = store_hold(box, e);

	if (r < 0)
		return r;
	r = box_review_settle(box, e);
	if (r < 0)
		return r;
	placeholders_recover(box->dir);
	all = store_open(base, e);
	if (all < 0)
		return all;
	snprintf(trash, sizeof(trash), STORE_TRASH "%s", box->id);
	if (renameat(all, box->id, all, trash) < 0)
		return err_sys(e, -errno, "cannot remove sandbox %s", box->id);
	/* Only now: what is still there can be found by its name. */
	name_give_back(all, box);
	r = review_remove_tree(all, trash, NULL);
	return r < 0 ? err_sys(e, r, "cannot delete all of %s/%s", base, trash) : 0;
}

/* The overlay made them for nobody; so that we, and plain tools as well, can delete them. */
static int modes_open(int all)
{
	static const char *const closed[] = {
		STORE_LAST "/root0/work/work",
		STORE_LAST "/root0/work/work/incompat",
		STORE_LAST "/root0/work/work/incompat/volatile",
	};

	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (fchmodat(all, closed[i], 0700, 0) < 0 && errno != ENOENT)
			return -errno;
	return 0;
}

int store_drop(struct store_box *box, struct err *e)
{
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];
	int r;

	all = store_open(base, e);
	if (all < 0)
		return all;
	/* The place is taken when many end at once; it is free again when one of them starts. */
	if (renameat2(all, box->id, all, STORE_LAST, RENAME_NOREPLACE) < 0)
		return store_remove(box, e);
	name_give_back(all, box);
	r = modes_open(all);
	if (r < 0)
		return err_sys(e, r, "cannot open %s/" STORE_LAST " for deleting", base);
	return 0;
}

/* What an unchanged sandbox leaves, from the inside out; what else there may be goes at the end. */
static const struct {
	const char *path;
	int flags;
} parts[] = {
	{ "record.json", 0 },
	{ "lock", 0 },
	{ "root0/work/work/incompat/volatile/dirty", 0 },
	{ "root0/work/work/incompat/volatile", AT_REMOVEDIR },
	{ "root0/work/work/incompat", AT_REMOVEDIR },
	{ "root0/work/work", AT_REMOVEDIR },
	{ "root0/work", AT_REMOVEDIR },
	{ "root0/upper", AT_REMOVEDIR },
	{ "root0", AT_REMOVEDIR },
};

static bool rest_begin(struct store_rest *rest)
{
	AUTO_CLOSE int all = -EBADF;
	char trash[STORE_ID_LEN + sizeof(STORE_TRASH)];

	all = openat(rest->box->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(trash, sizeof(trash), STORE_TRASH "%s", rest->box->id);
	if (all < 0 || renameat2(all, STORE_LAST, all, trash, RENAME_NOREPLACE) < 0)
		return false;
	rest->trash = openat(all, trash, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return rest->trash >= 0;
}

static void rest_end(struct store_rest *rest)
{
	AUTO_CLOSE int all = -EBADF;
	char trash[STORE_ID_LEN + sizeof(STORE_TRASH)];

	rest->trash = fd_close(rest->trash);
	all = openat(rest->box->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	snprintf(trash, sizeof(trash), STORE_TRASH "%s", rest->box->id);
	if (all >= 0)
		(void)review_remove_tree(all, trash, NULL);
}

bool store_rest_step(struct store_rest *rest)
{
	if (rest->box == NULL)
		return false;
	if (rest->trash < 0 && rest_begin(rest))
		return true;
	if (rest->trash >= 0 && rest->done < ARRAY_LEN(parts)) {
		(void)unlinkat(rest->trash, parts[rest->done].path, parts[rest->done].flags);
		rest->done++;
		return true;
	}
	if (rest->trash >= 0)
		rest_end(rest);
	rest->box = NULL;
	return false;
}
