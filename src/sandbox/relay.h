/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes carried between the caller's descriptors and the sandbox's. */
#ifndef SANDBOX_RELAY_H
#define SANDBOX_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_BUF 65536

/*
 * struct relay - one direction.
 * @from, @to: owned when @owns_from, @owns_to; negative once that end is over
 * @total:     bytes carried
 * @err:       negative errno of a write that failed for another reason than a reader that left
 */
struct relay {
	int from;
	int to;
	bool owns_from;
	bool owns_to;
	size_t start;
	size_t end;
	uint64_t total;
	int err;
	char *bytes;
};

#define RELAY_INIT ((struct relay){ .from = -1, .to = -1 })

void relay_done(struct relay *r);

/* Whether it waits to read, or to write. */
bool relay_wants_read(const struct relay *r);
bool relay_wants_write(const struct relay *r);

/* Reads what is there; at end of file closes the other end once all is written. */
void relay_read(struct relay *r);

/* Writes what a pipe takes without blocking; a reader that is gone ends the relay. */
void relay_write(struct relay *r);

/* Carries what is left after the writers are gone. */
void relay_drain(struct relay *r);

#endif
