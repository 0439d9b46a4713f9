/* SPDX-License-Identifier: Apache-2.0 */
/* HPACK: reads the compressed fields of HTTP/2, and writes them plainly. */
#include "proxy/hpack.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "proxy/huffman.h"

#define NUMBER_MAX (1u << 24)
#define FIELD_HEAD 8 /* two lengths of 4 bytes before each field that was read */
#define NEVER_INDEXED 0x10

static const struct {
	const char *name;
	const char *value;
} known[] = {
	{ ":authority", "" },
	{ ":method", "GET" },
	{ ":method", "POST" },
	{ ":path", "/" },
	{ ":path", "/index.html" },
	{ ":scheme", "http" },
	{ ":scheme", "https" },
	{ ":status", "200" },
	{ ":status", "204" },
	{ ":status", "206" },
	{ ":status", "304" },
	{ ":status", "400" },
	{ ":status", "404" },
	{ ":status", "500" },
	{ "accept-charset", "" },
	{ "accept-encoding", "gzip, deflate" },
	{ "accept-language", "" },
	{ "accept-ranges", "" },
	{ "accept", "" },
	{ "access-control-allow-origin", "" },
	{ "age", "" },
	{ "allow", "" },
	{ "authorization", "" },
	{ "cache-control", "" },
	{ "content-disposition", "" },
	{ "content-encoding", "" },
	{ "content-language", "" },
	{ "content-length", "" },
	{ "content-location", "" },
	{ "content-range", "" },
	{ "content-type", "" },
	{ "cookie", "" },
	{ "date", "" },
	{ "etag", "" },
	{ "expect", "" },
	{ "expires", "" },
	{ "from", "" },
	{ "host", "" },
	{ "if-match", "" },
	{ "if-modified-since", "" },
	{ "if-none-match", "" },
	{ "if-range", "" },
	{ "if-unmodified-since", "" },
	{ "last-modified", "" },
	{ "link", "" },
	{ "location", "" },
	{ "max-forwards", "" },
	{ "proxy-authenticate", "" },
	{ "proxy-authorization", "" },
	{ "range", "" },
	{ "referer", "" },
	{ "refresh", "" },
	{ "retry-after", "" },
	{ "server", "" },
	{ "set-cookie", "" },
	{ "strict-transport-security", "" },
	{ "transfer-encoding", "" },
	{ "user-agent", "" },
	{ "vary", "" },
	{ "via", "" },
	{ "www-authenticate", "" },
};

/* A block that is being read. */
struct block {
	const uint8_t *p;
	size_t n;
	size_t at;
};

void hpack_init(struct hpack *h, size_t limit)
{
	*h = (struct hpack){ .limit = limit < HPACK_TABLE_MAX ? limit : HPACK_TABLE_MAX };
	h->max = h->limit;
}

/* Reads a number whose first @bits bits stand in the byte at hand. */
static int take_number(struct block *b, unsigned int bits, size_t *ret)
{
	size_t most = (1u << bits) - 1;
	size_t v;

	if (b->at == b->n)
		return -EBADMSG;
	v = b->p[b->at++] & most;
	if (v < most) {
		*ret = v;
		return 0;
	}
	for (unsigned int shift = 0; shift <= 21; shift += 7) {
		uint8_t byte;

		if (b->at == b->n)
			return -EBADMSG;
		byte = b->p[b->at++];
		v += (size_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*ret = v;
			return v <= NUMBER_MAX ? 0 : -EBADMSG;
		}
	}
	return -EBADMSG;
}

/* Reads a string and appends it; @ret_n gets its length. */
static int take_string(struct block *b, struct buf *out, size_t *ret_n)
{
	size_t before = out->n;
	bool is_coded;
	size_t n;
	int r;

	if (b->at == b->n)
		return -EBADMSG;
	is_coded = (b->p[b->at] & 0x80) != 0;
	r = take_number(b, 7, &n);
	if (r < 0 || n > b->n - b->at)
		return -EBADMSG;
	if (is_coded)
		r = huffman_decode(b->p + b->at, n, out);
	else
		buf_add(out, b->p + b->at, n);
	b->at += n;
	*ret_n = out->n - before;
	return r;
}

static size_t cost(const struct hpack_entry *e)
{
	return (size_t)e->name + e->value + HPACK_ENTRY_COST;
}

/* Drops the oldest entries until what is used is at most @max. */
static void evict(struct hpack *h, size_t max)
{
	while (h->n > 0 && h->used > max)
		h->used -= cost(&h->entries[--h->n]);
}

/* Puts a field at the front of the table; one that is larger than the table empties it. */
static void insert(struct hpack *h, const struct http_text *name, const struct http_text *value)
{
	size_t n = name->n + value->n;

	if (n + HPACK_ENTRY_COST > h->max) {
		evict(h, 0);
		return;
	}
	evict(h, h->max - n - HPACK_ENTRY_COST);
	memmove(h->text + n, h->text, h->used - h->n * HPACK_ENTRY_COST);
	memmove(h->entries + 1, h->entries, h->n * sizeof(h->entries[0]));
	memcpy(h->text, name->p, name->n);
	memcpy(h->text + name->n, value->p, value->n);
	h->entries[0] = (struct hpack_entry){ (uint16_t)name->n, (uint16_t)value->n };
	h->n++;
	h->used += n + HPACK_ENTRY_COST;
}

/* The entry that an index names: first those that everybody knows, then those of the table. */
static int lookup(const struct hpack *h, size_t index, struct http_field *ret)
{
	size_t at = 0;

	if (index == 0)
		return -EBADMSG;
	index--;
	if (index < ARRAY_LEN(known)) {
		ret->name = (struct http_text){ known[index].name, strlen(known[index].name) };
		ret->value = (struct http_text){ known[index].value, strlen(known[index].value) };
		return 0;
	}
	index -= ARRAY_LEN(known);
	if (index >= h->n)
		return -EBADMSG;
	for (size_t i = 0; i < index; i++)
		at += (size_t)h->entries[i].name + h->entries[i].value;
	ret->name = (struct http_text){ h->text + at, h->entries[index].name };
	ret->value = (struct http_text){ h->text + at + ret->name.n, h->entries[index].value };
	return 0;
}

/* Writes the lengths of a field before it, where room was left for them. */
static void settle(struct buf *out, size_t at, size_t name, size_t value)
{
	uint32_t lengths[2] = { (uint32_t)name, (uint32_t)value };

	if (out->err == 0)
		memcpy(out->p + at, lengths, sizeof(lengths));
}

/* Reads a field that is not in the tables, or whose name alone is, as its first @bits bits say. */
static int take_literal(struct hpack *h, struct block *b, unsigned int bits, struct buf *out)
{
	static const char room[FIELD_HEAD];
	struct http_field f = { 0 };
	size_t at = out->n;
	size_t index;
	int r;

	r = take_number(b, bits, &index);
	if (r < 0)
		return r;
	buf_add(out, room, sizeof(room));
	if (index > 0) {
		r = lookup(h, index, &f);
		if (r == 0)
			buf_add(out, f.name.p, f.name.n);
	} else {
		r = take_string(b, out, &f.name.n);
	}
	if (r == 0)
		r = take_string(b, out, &f.value.n);
	if (r < 0 || out->err != 0)
		return r;
	settle(out, at, f.name.n, f.value.n);
	f.name.p = out->p + at + FIELD_HEAD;
	f.value.p = f.name.p + f.name.n;
	if (bits == 6)
		insert(h, &f.name, &f.value);
	return 0;
}

static int take_indexed(struct hpack *h, struct block *b, struct buf *out)
{
	static const char room[FIELD_HEAD];
	struct http_field f;
	size_t at = out->n;
	size_t index;

	if (take_number(b, 7, &index) < 0 || lookup(h, index, &f) < 0)
		return -EBADMSG;
	buf_add(out, room, sizeof(room));
	buf_add(out, f.name.p, f.name.n);
	buf_add(out, f.value.p, f.value.n);
	settle(out, at, f.name.n, f.value.n);
	return 0;
}

static int take_size(struct hpack *h, struct block *b)
{
	size_t max;

	if (take_number(b, 5, &max) < 0 || max > h->limit)
		return -EBADMSG;
	h->max = max;
	evict(h, max);
	return 0;
}

int hpack_read(struct hpack *h, const uint8_t *p, size_t n, struct buf *out)
{
	struct block b = { p, n, 0 };
	bool may_resize = true;

	while (b.at < b.n && out->err == 0) {
		uint8_t first = p[b.at];
		int r;

		/* A change of size stands before the first field. */
		if ((first & 0xe0) == 0x20) {
			r = may_resize ? take_size(h, &b) : -EBADMSG;
		} else {
			may_resize = false;
			if ((first & 0x80) != 0)
				r = take_indexed(h, &b, out);
			else
				r = take_literal(h, &b, (first & 0x40) != 0 ? 6 : 4, out);
		}
		if (r < 0)
			return r;
	}
	return out->err;
}

int hpack_next(const struct buf *fields, size_t *at, struct http_field *ret)
{
	uint32_t lengths[2];

	if (*at >= fields->n)
		return 0;
	memcpy(lengths, fields->p + *at, sizeof(lengths));
	ret->name = (struct http_text){ fields->p + *at + FIELD_HEAD, lengths[0] };
	ret->value = (struct http_text){ ret->name.p + lengths[0], lengths[1] };
	*at += FIELD_HEAD + (size_t)lengths[0] + lengths[1];
	return 1;
}

/* Appends a string without coding: its length in 7 bits and, where that is not enough, more. */
static void put_string(const struct http_text *t, struct buf *out)
{
	size_t left = t->n;
	char byte;

	if (left < 0x7f) {
		byte = (char)left;
		buf_add(out, &byte, 1);
	} else {
		buf_add(out, "\x7f", 1);
		for (left -= 0x7f; left >= 0x80; left >>= 7) {
			byte = (char)(left & 0x7f);
			byte = (char)(byte | 0x80);
			buf_add(out, &byte, 1);
		}
		byte = (char)left;
		buf_add(out, &byte, 1);
	}
	buf_add(out, t->p, t->n);
}

void hpack_write(const struct http_text *name, const struct http_text *value, struct buf *out)
{
	static const char first = NEVER_INDEXED;

	buf_add(out, &first, 1);
	put_string(name, out);
	put_string(value, out);
}
