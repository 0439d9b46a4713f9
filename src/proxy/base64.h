/* SPDX-License-Identifier: Apache-2.0 */
/* Base64, as HTTP Basic has it. */
#ifndef PROXY_BASE64_H
#define PROXY_BASE64_H

#include <stddef.h>

struct buf;

/*
 * base64_decode - append what a text stands for.
 *
 * The usual alphabet with its padding; nothing beside it. Returns 0 or -EINVAL, when nothing was
 * appended. Source: RFC 4648 section 4.
 */
int base64_decode(const char *p, size_t n, struct buf *out);

/* base64_encode - append bytes as text, padded, on one line. */
void base64_encode(const char *p, size_t n, struct buf *out);

#endif
