/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a sandbox off the store. */
#ifndef SANDBOX_REMOVAL_H
#define SANDBOX_REMOVAL_H

#include <stdbool.h>

#include "base/err.h"

struct store_box;

/*
 * store_remove - take a sandbox off the store: renamed at once, then deleted whatever it holds.
 * Takes the lock by itself unless @box has it. When it is killed, sweep_store does the rest.
 */
int store_remove(struct store_box *box, struct err *e);

/*
 * store_drop - take an unchanged sandbox of ours off the store, and leave the deleting of its empty
 * directories, which the disk may take its time for, to the next run's store_rest_step.
 */
int store_drop(struct store_box *box, struct err *e);

/*
 * struct store_rest - the deleting of what the last store_drop left, in short steps.
 * @box:   of the run that does it (borrowed); NULL when nothing is left to do
 * @trash: directory that is being emptied (owned while it lasts)
 */
struct store_rest {
	const struct store_box *box;
	int trash;
	unsigned int done;
};

#define STORE_REST_OF(b) ((struct store_rest){ .box = (b), .trash = -1 })

/* store_rest_step - one step, for a moment in which nobody waits. Returns whether more is left. */
bool store_rest_step(struct store_rest *rest);

#endif
