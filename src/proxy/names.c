/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses that stand for names inside: one for each, and the same one always. */
#include "proxy/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/egress.h"

_Static_assert(NAMES_MAX <= EGRESS_NAMES_LAST - EGRESS_NAMES_FIRST + 1, "an address for each");

/* Where the name's text is, and what it has spent. */
struct names_slot {
	uint64_t bytes;
	uint32_t at;
	uint32_t n;
};

/* The index is twice as large as what it holds, so that a free place is always near. */
static size_t places(const struct names *t)
{
	return t->max * 2;
}

static size_t hash(const struct names *t, const struct host_name *name)
{
	uint64_t h = t->seed ^ 0xcbf29ce484222325u;

	for (size_t i = 0; i < name->n; i++)
		h = (h ^ (unsigned char)name->text[i]) * 0x100000001b3u;
	h ^= h >> 32;
	return (size_t)(h % places(t));
}

/* The place of a name in the index: where its number stands, plus one, or a free one. */
static uint32_t *place(const struct names *t, const struct host_name *name)
{
	size_t at = hash(t, name);

	for (;;) {
		uint32_t number = t->index[at];
		const struct names_slot *slot = number > 0 ? &t->slots[number - 1] : NULL;

		if (slot == NULL ||
		    (slot->n == name->n && memcmp(t->text + slot->at, name->text, name->n) == 0))
			return &t->index[at];
		at = at + 1 < places(t) ? at + 1 : 0;
	}
}

/* The kernel gives pages of it as they are touched, so an idle table costs next to nothing. */
static int make_room(struct names *t)
{
	if (t->index != NULL)
		return 0;
	if (t->max == 0 || t->max > NAMES_MAX || t->max_bytes > NAMES_BYTES_MAX)
		return -ENOSPC;
	t->slots = calloc(t->max, sizeof(*t->slots));
	t->text = calloc(t->max_bytes + 1, 1);
	t->index = calloc(places(t), sizeof(*t->index));
	if (t->slots != NULL && t->text != NULL && t->index != NULL)
		return 0;
	names_done(t);
	return -ENOMEM;
}

int names_add(struct names *t, const struct host_name *name)
{
	uint32_t *at;
	int r;

	r = make_room(t);
	if (r < 0)
		return r;
	at = place(t, name);
	if (*at > 0)
		return (int)(*at - 1);
	if (t->n == t->max || name->n > t->max_bytes - t->n_bytes)
		return -ENOSPC;
	memcpy(t->text + t->n_bytes, name->text, name->n);
	t->slots[t->n] = (struct names_slot){ .at = (uint32_t)t->n_bytes, .n = name->n };
	t->n_bytes += name->n;
	t->n++;
	*at = (uint32_t)t->n;
	return (int)(t->n - 1);
}

int names_find(const struct names *t, const struct host_name *name)
{
	uint32_t number = t->index != NULL ? *place(t, name) : 0;

	return number > 0 ? (int)(number - 1) : -ENOENT;
}

void names_get(const struct names *t, size_t number, struct host_name *ret)
{
	const struct names_slot *slot = &t->slots[number];

	*ret = (struct host_name){ .n = (uint8_t)slot->n };
	memcpy(ret->text, t->text + slot->at, slot->n);
}

uint64_t *names_bytes(struct names *t, size_t number)
{
	return &t->slots[number].bytes;
}

struct addr names_addr(size_t number)
{
	uint32_t v = EGRESS_NAMES_FIRST + (uint32_t)number;
	uint8_t b[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };
	struct addr a = { .family = 4 };

	memcpy(a.bytes, b, sizeof(b));
	return a;
}

int names_of_addr(const struct names *t, const struct addr *addr)
{
	const uint8_t *b = addr->bytes;
	uint32_t v = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];

	if (addr->family != 4 || v < EGRESS_NAMES_FIRST || v - EGRESS_NAMES_FIRST >= t->n)
		return -ENOENT;
	return (int)(v - EGRESS_NAMES_FIRST);
}

void names_done(struct names *t)
{
	free(t->slots);
	free(t->text);
	free(t->index);
	*t = (struct names){ .max = t->max, .max_bytes = t->max_bytes, .seed = t->seed };
}
