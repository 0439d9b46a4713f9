/* SPDX-License-Identifier: Apache-2.0 */
/* Names of sandboxes: which are allowed, who has which, and made-up ones. */
#ifndef SANDBOX_NAME_H
#define SANDBOX_NAME_H

#include <stddef.h>

#include "base/err.h"

/*
 * name_check - whether a name may be given: [a-z0-9][a-z0-9_.-]{0,62}.
 *
 * Returns 0 or -EINVAL.
 */
int name_check(const char *name, struct err *e);

/*
 * name_claim - take a name for a sandbox; two that race cannot both have it.
 * @store: directory fd of all sandboxes (borrowed)
 * @name:  wanted, or NULL for a made-up one
 * @ret:   receives the name taken; at least STORE_NAME_MAX + 1 bytes
 *
 * A name of a sandbox that is gone is free. Returns 0; -EEXIST when it is taken.
 */
int name_claim(int store, const char *id, const char *name, char *ret, struct err *e);

/*
 * name_release - give a sandbox's name back; one that belongs to another is left alone.
 * The sandbox's directory must still be there: as long as it is, nobody takes its name over.
 */
void name_release(int store, const char *id, const char *name);

/*
 * name_find - the id that has a name.
 * @ret_id: receives it; STORE_ID_LEN + 1 bytes
 *
 * Returns 0 or -ENOENT.
 */
int name_find(int store, const char *name, char *ret_id);

#endif
