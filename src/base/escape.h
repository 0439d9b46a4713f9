/* SPDX-License-Identifier: Apache-2.0 */
/* Turns bytes from outside into text that cannot steer a terminal or mislead a reader. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * buf_escape - append bytes from outside as printable text.
 * @b: where to
 * @p: any bytes
 * @n: how many
 *
 * Control bytes, DEL, invalid UTF-8, C1 controls, bidirectional and zero-width characters
 * become \n, \t, \xNN or \u{N}; the backslash becomes \\.
 * Source: RFC 3629; CVE-2021-42574 for the characters that reorder.
 */
void buf_escape(struct buf *b, const void *p, size_t n);

/*
 * escape_is_plain - whether text is valid UTF-8 without anything that buf_escape would change,
 * tabs and backslashes aside.
 */
bool escape_is_plain(const void *p, size_t n);

#endif
