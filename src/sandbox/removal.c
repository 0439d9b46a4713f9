/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a sandbox off the store. */
#include "sandbox/removal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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
	name_give_back(all, box);
	snprintf(trash, sizeof(trash), STORE_TRASH "%s", box->id);
	if (renameat(all, box->id, all, trash) < 0)
		return err_sys(e, -errno, "cannot remove sandbox %s", box->id);
	r = review_remove_tree(all, trash, NULL);
	return r < 0 ? err_sys(e, r, "cannot delete all of %s/%s", base, trash) : 0;
}

int store_drop(struct store_box *box, struct err *e)
{
	AUTO_CLOSE int all = -EBADF;
	char base[STORE_PATH_MAX];

	all = store_open(base, e);
	if (all < 0)
		return all;
	/* The place is taken when many end at once; it is free again when one of them starts. */
	if (renameat2(all, box->id, all, STORE_LAST, RENAME_NOREPLACE) < 0)
		return store_remove(box, e);
	name_give_back(all, box);
	return 0;
}

void store_drop_rest(const struct store_box *box)
{
	AUTO_CLOSE int all = -EBADF;
	char trash[STORE_ID_LEN + sizeof(STORE_TRASH)];

	all = openat(box->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (all < 0)
		return;
	snprintf(trash, sizeof(trash), STORE_TRASH "%s", box->id);
	if (renameat2(all, STORE_LAST, all, trash, RENAME_NOREPLACE) == 0)
		(void)review_remove_tree(all, trash, NULL);
}
