/* SPDX-License-Identifier: Apache-2.0 */
/* Applies chosen changes to the host: all of them, or none. */
#ifndef REVIEW_APPLY_H
#define REVIEW_APPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct review_changes;
struct review_trees;

/* Why a chosen change cannot be applied as it is. */
enum conflict {
	CONFLICT_NONE,
	CONFLICT_MERGED,  /* changed on both sides; the texts were merged */
	CONFLICT_HOST,	  /* changed on the host since the start */
	CONFLICT_SPECIAL, /* a device, fifo or socket: never applied */
};

/*
 * struct apply_item - what becomes of one change; as many as there are changes.
 * @mode: permission bits instead of the sandbox's, where only the host changed them; 0: as there
 * @content: own content to write instead of the sandbox's (merged, or some hunks); may be empty
 */
struct apply_item {
	enum conflict conflict;
	bool has_content;
	bool is_partial; /* part of the change stays pending */
	mode_t mode;
	struct buf content;
};

void apply_items_free(struct apply_item *v, size_t n);

/*
 * apply_pick_closed - make a choice whole: parents of what is new come along, a directory is not
 * deleted while something in it stays pending, and what is below one that is held is held too.
 */
void apply_pick_closed(struct review_changes *c);

/*
 * apply_run - apply what is picked; the caller ran journal_recover and holds the lock of the store.
 * Returns the number of changes applied; negative errno with @e filled and nothing changed.
 */
int apply_run(const struct review_trees *t, const struct review_changes *c,
	      struct apply_item *items, struct err *e);

#endif
