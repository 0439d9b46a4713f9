/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of HTTP/2: their heads, read and written. */
#ifndef PROXY_H2_FRAME_H
#define PROXY_H2_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "proxy/http_field.h"

#define H2_HEAD 9
#define H2_PAYLOAD_MAX                                                                             \
	16384 /* what both sides may send, as neither is told that it may be more                  \
	       */
#define H2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define H2_SETTING_BYTES 6

struct buf;

enum h2_type {
	H2_DATA = 0,
	H2_HEADERS = 1,
	H2_PRIORITY = 2,
	H2_RST_STREAM = 3,
	H2_SETTINGS = 4,
	H2_PUSH_PROMISE = 5,
	H2_PING = 6,
	H2_GOAWAY = 7,
	H2_WINDOW_UPDATE = 8,
	H2_CONTINUATION = 9,
	H2_TYPE_END
};

enum {
	H2_ACK = 0x1,	     /* of SETTINGS and PING */
	H2_END_STREAM = 0x1, /* of DATA and HEADERS */
	H2_END_HEADERS = 0x4,
	H2_PADDED = 0x8,
	H2_HAS_PRIORITY = 0x20
};

enum { H2_NO_ERROR = 0, H2_PROTOCOL_ERROR = 1 };

/* One frame; @payload points into the bytes it was read from. @type may be one nobody knows. */
struct h2_frame {
	uint8_t type;
	uint8_t flags;
	uint32_t stream;
	struct http_text payload;
};

/*
 * h2_frame_parse - read a frame and check what its type says of its length and stream.
 *
 * Returns its length with the head; 0 when it is not whole; -EBADMSG. Frames of unknown types are
 * read, and are to be ignored. Source: RFC 9113 sections 4.1 and 6.
 */
int h2_frame_parse(const char *p, size_t n, struct h2_frame *ret);

/*
 * h2_frame_content - take padding and priority off the payload of DATA and HEADERS.
 * Returns 0 or -EBADMSG.
 */
int h2_frame_content(const struct h2_frame *f, struct http_text *ret);

/* h2_number - 4 bytes as a number, without the bit that is reserved. */
uint32_t h2_number(const char *p);

/* h2_put - append a frame. h2_put_number - one whose payload is 4 bytes. */
void h2_put(const struct h2_frame *f, struct buf *out);
void h2_put_number(enum h2_type type, uint32_t stream, uint32_t v, struct buf *out);

/* h2_put_fields - append a block of fields as HEADERS, and CONTINUATION where one is too small. */
void h2_put_fields(uint32_t stream, uint8_t flags, const struct http_text *block, struct buf *out);

#endif
