/* SPDX-License-Identifier: Apache-2.0 */
/* All sandboxes of the store with their records and true status, for ps and the like. */
#ifndef SANDBOX_LISTING_H
#define SANDBOX_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "sandbox/record.h"
#include "sandbox/store.h"

/*
 * enum listing_status - what the lock says, not what the record claims.
 * LISTING_DEAD:    its supervisor was killed; what it changed is still there
 * LISTING_DAMAGED: the record cannot be read
 */
enum listing_status { LISTING_RUNNING, LISTING_EXITED, LISTING_DEAD, LISTING_DAMAGED, LISTING_END };

struct listed {
	char id[STORE_ID_LEN + 1];
	enum listing_status status;
	struct record rec;
	int64_t changed; /* files that wait for review; -1 when not known */
	int64_t risky;
};

/* Owns its rows; zero-initialise it. */
struct listing {
	struct listed *v;
	size_t n;
};

void listing_done(struct listing *l);

/*
 * listing_read - read all of them, newest first; damaged ones come last.
 */
int listing_read(struct listing *ret, struct err *e);

/*
 * listing_one - the same for one.
 * @ret: its record is owned: record_done
 */
void listing_one(const struct store_box *box, struct listed *ret);

/* The word for a status. */
const char *listing_word(enum listing_status status);

/*
 * listing_json - one of them as an object; owned reference, NULL for want of memory.
 */
json_t *listing_json(const struct listed *l);

#endif
