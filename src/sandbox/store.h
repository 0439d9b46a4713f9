/* SPDX-License-Identifier: Apache-2.0 */
/* Where sandboxes are kept: one directory each, held by a lock while it runs. */
#ifndef SANDBOX_STORE_H
#define SANDBOX_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define STORE_ID_LEN 12
#define STORE_PATH_MAX 4096

/*
 * struct store_box - one sandbox's directory.
 * @dir:  fd, owned
 * @lock: fd, owned; held by the supervisor for its lifetime, else -EBADF
 */
struct store_box {
	char id[STORE_ID_LEN + 1];
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

/* A new sandbox directory with a fresh id, locked. */
int store_create(struct store_box *box, struct err *e);

/* The sandbox of an id, an unambiguous beginning of one, or a name. */
int store_find(const char *which, struct store_box *box, struct err *e);

/*
 * store_each - call for every sandbox, oldest id order not guaranteed; stops when it returns
 * non-zero.
 */
int store_each(int (*visit)(struct store_box *box, void *arg), void *arg, struct err *e);

/* Whether a supervisor holds the lock. */
bool store_is_running(const struct store_box *box);

/* Take a sandbox off the store: renamed at once, then deleted whatever it holds. */
int store_remove(struct store_box *box, struct err *e);

#endif
