/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of an apply: what is swapped, by name and inode, so that a kill loses nothing. */
#ifndef REVIEW_JOURNAL_H
#define REVIEW_JOURNAL_H

#include <stdbool.h>

#include "base/err.h"
#include "review/rows.h"

#define JOURNAL_STAGE ".tiercel-apply-" /* how the names of staging directories begin */

struct review_trees;

/* States of the journal file, in order; its absence means cleaned. */
enum journal_state {
	JOURNAL_INTENT,
	JOURNAL_STAGED,
	JOURNAL_COMMITTED,
};

/* Kinds of a row; row 0 is JOURNAL_HEAD: state in ROW_FLAGS, staging name in @a.
 * ROW_FLAGS of another row: 1 when only a part of its change is applied. */
enum journal_op {
	JOURNAL_HEAD,
	JOURNAL_PLACE, /* staged file number ROW_SIZE goes to @a; ROW_OLD_INO 0: nothing is there */
	JOURNAL_DELETE, /* @a goes to the staging directory */
	JOURNAL_META,	/* after the commit: mode and attributes of @a */
	JOURNAL_OP_END,
};

/*
 * struct journal - one apply under way. @stage: staging directories, one a root, -EBADF if unused
 */
struct journal {
	const struct review_trees *trees;
	struct rows rows;
	int stage[8];
};

#define JOURNAL_INIT(t)                                                                            \
	((struct journal){ .trees = (t), .stage = { -1, -1, -1, -1, -1, -1, -1, -1 } })

void journal_done(struct journal *j);

/* Write the state to the disk. */
int journal_save(struct journal *j, enum journal_state state, struct err *e);

/*
 * journal_recover - finish or undo an apply that was interrupted; nothing when there was none.
 * Returns 0 or negative errno with @e filled; then what was swapped out is kept.
 */
int journal_recover(const struct review_trees *t, struct err *e);

/* Make, or open, the staging directories that the rows need. */
int journal_open_stages(struct journal *j, bool is_new, struct err *e);

/* Swap every staged entry into place, checking by inode; undoes all on failure. */
int journal_swap(struct journal *j, struct err *e);

/* Before the swaps: staging and journal go away. Returns 0 or negative errno. */
int journal_abandon(struct journal *j);

/* After the swaps: commit, modes, the seal's marks, and away with the staging. */
int journal_commit(struct journal *j, struct err *e);

#endif
