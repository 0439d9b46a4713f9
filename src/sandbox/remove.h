/* SPDX-License-Identifier: Apache-2.0 */
/* Deleting a tree that a stranger filled: any depth, any mode, links never followed. */
#ifndef SANDBOX_REMOVE_H
#define SANDBOX_REMOVE_H

/*
 * remove_tree - delete a name and all below it.
 * @dir:  directory fd (borrowed)
 * @name: one component
 *
 * Memory and descriptors stay bounded: directories that are too deep are moved up first.
 * Returns 0 or the first negative errno met; what can be deleted is.
 */
int remove_tree(int dir, const char *name);

#endif
