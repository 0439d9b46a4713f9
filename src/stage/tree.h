/* SPDX-License-Identifier: Apache-2.0 */
/* Host trees that the sandbox is given: opened once, checked, cloned. */
#ifndef STAGE_TREE_H
#define STAGE_TREE_H

#include "base/err.h"

struct plan_op;
struct stage;

/*
 * tree_take - a detached clone of the host tree that an operation names.
 * @op: bind, overlay or store
 *
 * The path is opened once; device and inode of what it led to must be those that the supervisor
 * saw. Returns an owned fd or negative errno; -ESTALE when it is another object by now.
 */
int tree_take(struct stage *s, const struct plan_op *op, struct err *e);

/*
 * tree_take_all - as root, take every tree before the uid is given up.
 */
int tree_take_all(struct stage *s, struct err *e);

#endif
