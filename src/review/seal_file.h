/* SPDX-License-Identifier: Apache-2.0 */
/* The file `seal` in the store of root 0: the host's state of each changed path. */
#ifndef REVIEW_SEAL_FILE_H
#define REVIEW_SEAL_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "review/node.h"
#include "review/root.h"
#include "review/rows.h"

/*
 * Flags of a row: changed on the host during the run; applied; its text is kept as base.<ROW_KIND>;
 * the sandbox left its bytes as they were.
 */
#define SEAL_DURING 1U
#define SEAL_APPLIED 2U
#define SEAL_TEXT 4U
#define SEAL_SAME 8U

#define SEAL_TEXT_MAX ((size_t)1 << 20)

/* Load and sort it; a missing file is an empty table. Returns 0 or negative errno, @e filled. */
int seal_load(const struct review_root *roots, struct rows *ret, struct err *e);

/* Sort and write it. */
int seal_save(const struct review_root *roots, struct rows *t, struct err *e);

/* Fill the state of a row. */
void seal_row_of(const struct node *n, struct row *ret);

/* Whether the host's state is the one in the row. */
bool seal_row_holds(const struct row *row, const struct node *n);

/*
 * seal_follow - files that we moved aside and back, or took a name from, have a new ctime alone:
 * rows of such an inode take it over, so that it does not count as changed on the host.
 * @moved: rows with the inodes as ROW_OLD_INO, 0 for none
 *
 * Returns 0 or -ENOMEM.
 */
int seal_follow(const struct review_root *roots, struct rows *seal, const struct rows *moved);

/* Keep a text as base.<number>. Returns 0 or negative errno. */
int seal_text_save(const struct review_root *root, uint64_t number, const struct buf *text,
		   struct err *e);

/* Read it back, appended to @text. */
int seal_text_load(const struct review_root *root, uint64_t number, struct buf *text);

#endif
