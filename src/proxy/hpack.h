/* SPDX-License-Identifier: Apache-2.0 */
/* HPACK: reads the compressed fields of HTTP/2, and writes them plainly. */
#ifndef PROXY_HPACK_H
#define PROXY_HPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/http_field.h"

#define HPACK_TABLE_MAX 4096 /* bytes of the dynamic table, as the standard counts them */
#define HPACK_ENTRY_COST 32
#define HPACK_ENTRIES_MAX (HPACK_TABLE_MAX / HPACK_ENTRY_COST)

struct buf;

/* An entry of the dynamic table: how long its name and value are. */
struct hpack_entry {
	uint16_t name;
	uint16_t value;
};

/*
 * struct hpack - what a reader remembers of a connection; made by hpack_init.
 * @limit:   most bytes that the other side may make the table hold, at most HPACK_TABLE_MAX
 * @max:     what it has chosen
 * @used:    of that, with HPACK_ENTRY_COST for each entry
 * @entries: newest first, @n of them; their texts stand in @text in that order
 */
struct hpack {
	size_t limit;
	size_t max;
	size_t used;
	size_t n;
	struct hpack_entry entries[HPACK_ENTRIES_MAX];
	char text[HPACK_TABLE_MAX];
};

/* hpack_init - begin a connection. */
void hpack_init(struct hpack *h, size_t limit);

/*
 * hpack_read - read a whole block of fields.
 * @p, @n:  the fragments of HEADERS and CONTINUATION frames, joined
 * @out:    the fields, each as two numbers of 4 bytes in the host's order, then name and value; for
 *          hpack_next. Its maximum bounds what a small block may grow to
 *
 * Returns 0; -EBADMSG for what cannot be read, after which the connection's table is unknown and
 * the connection is to be ended; -E2BIG; -ENOMEM. Source: RFC 7541.
 */
int hpack_read(struct hpack *h, const uint8_t *p, size_t n, struct buf *out);

/* hpack_next - the next field that hpack_read gave; returns 0 at the end. @at is 0 at first. */
int hpack_next(const struct buf *fields, size_t *at, struct http_field *ret);

/*
 * hpack_write - append a field, without compression and without a trace in any table, so that
 * readers on the way do not remember it.
 */
void hpack_write(const struct http_text *name, const struct http_text *value, struct buf *out);

#endif
