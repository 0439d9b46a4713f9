/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the sandbox that diff, apply and discard are about, and opens its review. */
#ifndef CMD_REVIEW_OPEN_H
#define CMD_REVIEW_OPEN_H

#include "base/err.h"
#include "review/changes.h"
#include "sandbox/box_review.h"
#include "sandbox/store.h"

/* struct review_open - owns all; start with REVIEW_OPEN_INIT. */
struct review_open {
	struct store_box box;
	struct box_review review;
	struct review_trees trees;
	struct review_changes changes;
};

#define REVIEW_OPEN_INIT ((struct review_open){ .box = STORE_BOX_INIT })

void review_open_done(struct review_open *o);

/*
 * review_open_box - find the sandbox by the first of @words, if that names one; else the newest
 * ended one whose workspace holds the current directory.
 * @argc, @argv: words of the command line; moved past the id when that was one
 */
int review_open_box(struct review_open *o, int *argc, char ***argv, struct err *e);

/*
 * review_open_changes - finish an interrupted apply, then find what is pending.
 * @may_write: the lock of the review is taken, for apply
 */
int review_open_changes(struct review_open *o, bool may_write, struct err *e);

/*
 * review_open_pick - mark the changes at or below the named paths; all when there are none.
 * Returns how many, or -ENOENT with @e filled when a path names no change.
 */
int review_open_pick(struct review_open *o, int argc, char **argv, struct err *e);

#endif
