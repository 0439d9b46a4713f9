/* SPDX-License-Identifier: Apache-2.0 */
/* Asks, hunk by hunk, what is to be applied. */
#ifndef CMD_REVIEW_HUNKS_H
#define CMD_REVIEW_HUNKS_H

#include "base/err.h"

struct apply_item;
struct review_open;

/*
 * review_hunks - ask about every picked change on standard input: y, n, a (this and the rest of the
 * file), d (none of the rest of the file), q (stop, nothing more), ? (help). End of input is q.
 * @items: gets the content of partly taken files; changes not taken are no longer picked
 *
 * Returns 0 or negative errno with @e filled.
 */
int review_hunks(struct review_open *o, struct apply_item *items, struct err *e);

#endif
