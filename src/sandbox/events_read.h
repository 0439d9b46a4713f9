/* SPDX-License-Identifier: Apache-2.0 */
/* The events of a sandbox, read back: all of them, or as they come. */
#ifndef SANDBOX_EVENTS_READ_H
#define SANDBOX_EVENTS_READ_H

#include <stddef.h>

#include <jansson.h>

#include "base/err.h"

struct store_box;

/*
 * events_load - read a sandbox's file back, each kind once with its last count.
 * @dir: fd of the sandbox's directory (borrowed)
 * @ret: owned array of objects: time_ns, type, target, reason, count
 *
 * Returns 0, also when there is no file; -EBADMSG for a damaged one, with its line in @e.
 */
int events_load(int dir, json_t **ret, struct err *e);

/* The same for the bytes of such a file. */
int events_parse(const char *p, size_t n, json_t **ret, struct err *e);

/*
 * events_tail - call for each line of a sandbox's events, those that there are and those that come.
 * @box: found; may be removed meanwhile
 * @see: gets one object (borrowed); the same kind comes again with higher counts
 *
 * Returns 0 when the sandbox has ended and all was seen; -EBADMSG for a damaged file; what @see
 * returned, when that is negative.
 */
int events_tail(const struct store_box *box, int (*see)(const json_t *event, void *arg), void *arg,
		struct err *e);

#endif
