/* SPDX-License-Identifier: Apache-2.0 */
/* Where sandboxes are kept: one directory each, held by a lock while it runs. */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define STORE_ID_LEN 12
#define STORE_NAME_MAX 63
#define STORE_PATH_MAX 4096
#define STORE_TRASH ".trash-" /* before the id of one that is being removed */

/*
 * struct store_box - one sandbox's directory.
 * @name: "" until it is named; store_find does not fill it, the record has it
 * @dir:  fd, owned
 * @lock: fd, owned; held by the supervisor for its lifetime, or after store_hold; else -EBADF
 */
struct store_box {
	char id[STORE_ID_LEN + 1];
	char name[STORE_NAME_MAX + 1];
	char path[STORE_PATH_MAX];
	int dir;
	int lock;
};

#define STORE_BOX_INIT ((struct store_box){ .dir = -EBADF, .lock = -EBADF })

void store_box_done(struct store_box *box);

/*
 * store_open - the directory of all sandboxes, made where missing.
 * @ret_path: its path, STORE_PATH_MAX bytes
 *
 * Returns an owned fd; -EPERM when it is not ours alone. Source: XDG base directory specification.
 */
int store_open(char *ret_path, struct err *e);

/*
 * store_create - a new sandbox directory with a fresh id, locked.
 * @name: checked here; a sandbox of that name must not exist. NULL for a generated one
 *
 * Returns 0; -EINVAL for a bad name, -EEXIST for a taken one; else negative errno.
 */
int store_create(const char *name, struct store_box *box, struct err *e);

/* The sandbox of an id, a name, or an unambiguous beginning of an id. */
int store_find(const char *which, struct store_box *box, struct err *e);

/*
 * store_each - call for every sandbox, in no certain order; stops when it returns non-zero.
 */
int store_each(int (*visit)(struct store_box *box, void *arg), void *arg, struct err *e);

/* Whether a supervisor holds the lock. */
bool store_is_running(const struct store_box *box);

/*
 * store_hold - take the right to change what an ended sandbox left; kept until store_box_done.
 *
 * Returns 0, or -EBUSY with @e filled when it runs or another one holds it.
 */
int store_hold(struct store_box *box, struct err *e);

#endif
