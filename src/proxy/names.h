/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses that stand for names inside: one for each, and the same one always. */
#ifndef PROXY_NAMES_H
#define PROXY_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/host.h"

#define NAMES_MAX 65536
#define NAMES_BYTES_MAX (2u << 20)

struct names_slot;

/*
 * struct names - zero it and set the first three; names_done gives everything back.
 * @max:       most names, at most NAMES_MAX
 * @max_bytes: most bytes of text, at most NAMES_BYTES_MAX
 * @seed:      random, so that nobody can choose names that fall together
 * @n:         names so far; each is known by its number, from 0 on
 */
struct names {
	size_t max;
	size_t max_bytes;
	uint64_t seed;
	size_t n;
	size_t n_bytes;
	struct names_slot *slots;
	char *text;
	uint32_t *index;
};

/*
 * names_add - the number of a name, new or known.
 *
 * Returns 0 or above; -ENOSPC when there is no room for one more, names that are there stay;
 * -ENOMEM. Memory is taken as it is used.
 */
int names_add(struct names *t, const struct host_name *name);

/* names_find - the number of a name; -ENOENT when nobody asked for it. */
int names_find(const struct names *t, const struct host_name *name);

/* names_get - the name of a number that names_add gave. */
void names_get(const struct names *t, size_t number, struct host_name *ret);

/* names_bytes - the count of bytes that went to a name and from it, for budget_bytes. */
uint64_t *names_bytes(struct names *t, size_t number);

/* names_addr - the address of a number: from EGRESS_NAMES_FIRST on. */
struct addr names_addr(size_t number);

/* names_of_addr - the number of an address; -ENOENT when it stands for no name. */
int names_of_addr(const struct names *t, const struct addr *addr);

void names_done(struct names *t);

#endif
