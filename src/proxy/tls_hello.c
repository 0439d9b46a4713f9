/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the name that a TLS client asks for out of its first bytes. */
#include "proxy/tls_hello.h"

#include <string.h>

#define RECORD_HEAD 5
#define RECORD_HANDSHAKE 22
#define RECORD_BYTES_MAX 16384
#define CLIENT_HELLO 1
#define RANDOM_BYTES 32
#define SESSION_ID_MAX 32
#define HELLO_BYTES_MAX 16384

enum {
	EXT_SERVER_NAME = 0,
	EXT_ALPN = 16,
	EXT_ECH = 0xfe0d,
	EXT_ESNI = 0xffce /* what came before */
};

/*
 * struct stream - the handshake bytes within records, read in order without being copied.
 * @p, @n:  all bytes so far
 * @at:     next byte
 * @record: handshake bytes left in this record
 * @left:   bytes that may still be read before the structure at hand ends
 * @need:   set when @p ends too early: bytes to have
 * @why:    set when it is malformed; sticks
 */
struct stream {
	const uint8_t *p;
	size_t n;
	size_t at;
	size_t record;
	size_t left;
	size_t need;
	const char *why;
};

static bool is_bad(const struct stream *s)
{
	return s->need > 0 || s->why != NULL;
}

static void fail(struct stream *s, const char *why)
{
	if (!is_bad(s))
		s->why = why;
}

/* Steps over the head of the next record. */
static void enter_record(struct stream *s)
{
	const uint8_t *head = s->p + s->at;
	size_t got = s->n - s->at;

	/* Each byte is judged as soon as it is there, so that other protocols need not wait. */
	if ((got > 0 && head[0] != RECORD_HANDSHAKE) || (got > 1 && head[1] != 3) ||
	    (got > 2 && head[2] > 4)) {
		fail(s, "not a TLS handshake");
		return;
	}
	if (got < RECORD_HEAD) {
		s->need = s->at + RECORD_HEAD;
		return;
	}
	s->record = (size_t)head[3] << 8 | head[4];
	s->at += RECORD_HEAD;
	if (s->record == 0 || s->record > RECORD_BYTES_MAX)
		fail(s, "a record of impossible length");
}

/* Reads @n bytes, into @ret unless that is NULL. */
static void take(struct stream *s, void *ret, size_t n)
{
	uint8_t *out = ret;

	if (n > s->left)
		fail(s, "a length beyond its end");
	while (n > 0 && !is_bad(s)) {
		size_t part = n < s->record ? n : s->record;

		if (s->record == 0) {
			enter_record(s);
			continue;
		}
		if (part > s->n - s->at) {
			s->need = s->at + part;
			return;
		}
		if (out != NULL) {
			memcpy(out, s->p + s->at, part);
			out += part;
		}
		s->at += part;
		s->record -= part;
		s->left -= part;
		n -= part;
	}
}

/* A big-endian number of 1 to 3 bytes; 0 once the stream is bad. */
static size_t take_number(struct stream *s, size_t bytes)
{
	uint8_t b[3] = { 0 };

	take(s, b + sizeof(b) - bytes, bytes);
	return is_bad(s) ? 0 : (size_t)b[0] << 16 | (size_t)b[1] << 8 | b[2];
}

/* A vector that is skipped: its length of @bytes bytes, from @min to @max. */
static void skip_vector(struct stream *s, size_t bytes, size_t min, size_t max)
{
	size_t n = take_number(s, bytes);

	if (!is_bad(s) && (n < min || n > max))
		fail(s, "a list of impossible length");
	take(s, NULL, n);
}

/* The list of names: one entry, of the one kind there is. */
static void take_server_name(struct stream *s, struct tls_hello *ret)
{
	char text[HOST_NAME_BYTES + 1];
	size_t list = take_number(s, 2);
	size_t kind = take_number(s, 1);
	size_t n = take_number(s, 2);

	if (is_bad(s))
		return;
	if (kind != 0 || list != n + 3 || n != s->left) {
		fail(s, "a list of server names that is not one name");
		return;
	}
	if (n > sizeof(text)) {
		fail(s, "a server name that is too long");
		return;
	}
	take(s, text, n);
	if (!is_bad(s) && host_name_parse(text, n, &ret->name) < 0)
		fail(s, "a server name that is no host name");
}

static void take_alpn(struct stream *s, struct tls_hello *ret)
{
	size_t list = take_number(s, 2);

	if (!is_bad(s) && list != s->left)
		fail(s, "a list of protocols of impossible length");
	while (s->left > 0 && !is_bad(s)) {
		char text[255];
		size_t n = take_number(s, 1);

		take(s, text, n);
		if (!is_bad(s) && n == 2 && memcmp(text, "h2", 2) == 0)
			ret->has_h2 = true;
	}
}

/* Reads one extension, whose body is all that is left of @s for now. */
static void take_extension(struct stream *s, size_t type, struct tls_hello *ret)
{
	switch (type) {
	case EXT_SERVER_NAME:
		if (ret->name.n > 0)
			fail(s, "two server names");
		else
			take_server_name(s, ret);
		break;
	case EXT_ALPN:
		take_alpn(s, ret);
		break;
	case EXT_ECH:
	case EXT_ESNI:
		ret->has_ech = true;
		take(s, NULL, s->left);
		break;
	default:
		take(s, NULL, s->left);
		break;
	}
	if (s->left > 0)
		fail(s, "an extension with bytes left over");
}

static void take_extensions(struct stream *s, struct tls_hello *ret)
{
	size_t all = take_number(s, 2);

	if (!is_bad(s) && all != s->left)
		fail(s, "extensions of impossible length");
	while (s->left > 0 && !is_bad(s)) {
		size_t type = take_number(s, 2);
		size_t n = take_number(s, 2);
		size_t outer = s->left - (n < s->left ? n : s->left);

		if (n > s->left)
			fail(s, "an extension beyond its end");
		if (is_bad(s))
			return;
		s->left = n;
		take_extension(s, type, ret);
		s->left = outer;
	}
}

static void take_hello(struct stream *s, struct tls_hello *ret)
{
	size_t type;

	s->left = 4;
	type = take_number(s, 1);
	if (!is_bad(s) && type != CLIENT_HELLO)
		fail(s, "no ClientHello");
	s->left = take_number(s, 3);
	if (!is_bad(s) && s->left > HELLO_BYTES_MAX)
		fail(s, "a ClientHello that is too long");
	if (!is_bad(s) && take_number(s, 1) != 3)
		fail(s, "no version of TLS");
	take(s, NULL, 1 + RANDOM_BYTES);
	skip_vector(s, 1, 0, SESSION_ID_MAX);
	skip_vector(s, 2, 2, UINT16_MAX);
	skip_vector(s, 1, 1, UINT8_MAX);
	/* Before TLS 1.2 a hello could end here. */
	if (!is_bad(s) && s->left > 0)
		take_extensions(s, ret);
}

enum tls_hello_result tls_hello_parse(const uint8_t *p, size_t n, struct tls_hello *ret)
{
	struct stream s = { .p = p, .n = n < TLS_HELLO_MAX ? n : TLS_HELLO_MAX };
	struct tls_hello hello = { 0 };

	take_hello(&s, &hello);
	if (s.need > TLS_HELLO_MAX)
		s.why = "a ClientHello in too many records";
	if (s.why != NULL) {
		*ret = (struct tls_hello){ .why = s.why };
		return TLS_HELLO_MALFORMED;
	}
	if (s.need > 0) {
		*ret = (struct tls_hello){ .need = s.need };
		return TLS_HELLO_MORE;
	}
	*ret = hello;
	return hello.name.n > 0 ? TLS_HELLO_NAME : TLS_HELLO_NO_NAME;
}
