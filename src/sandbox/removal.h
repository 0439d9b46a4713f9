/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a sandbox off the store. */
#ifndef SANDBOX_REMOVAL_H
#define SANDBOX_REMOVAL_H

#include "base/err.h"

struct store_box;

/*
 * store_remove - take a sandbox off the store: renamed at once, then deleted whatever it holds.
 * Takes the lock by itself unless @box has it. When it is killed, sweep_store does the rest.
 */
int store_remove(struct store_box *box, struct err *e);

/*
 * store_drop - take an unchanged sandbox of ours off the store, and leave the deleting of its empty
 * directories, which the disk may take its time for, to the next run's store_drop_rest.
 */
int store_drop(struct store_box *box, struct err *e);

/* store_drop_rest - delete what the last store_drop left; for a moment in which nobody waits. */
void store_drop_rest(const struct store_box *box);

#endif
