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
 * @is_stiff:  a terminal that may block: it is given one byte at a time
 * @total:     bytes carried
 * @err:       negative errno of a write that failed for another reason than a reader that left
 */
struct relay {
	int from;
	int to;
	bool owns_from;
	bool owns_to;
	bool is_stiff;
	size_t start;
	size_t end;
	uint64_t total;
	int err;
	char *bytes;
};

#define RELAY_INIT ((struct relay){ .from = -1, .to = -1 })

void relay_done(struct relay *r);

/*
 * relay_never_block - where it writes to a terminal, do so through a description of its own.
 *
 * A terminal that nobody reads says that it can be written to and then blocks, with the limits of
 * the sandbox behind it. One that may not be opened again, as after su(1), gets single bytes.
 */
void relay_never_block(struct relay *r);

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
