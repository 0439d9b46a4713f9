/* SPDX-License-Identifier: Apache-2.0 */
/* The Huffman code of HPACK, read. */
#ifndef PROXY_HUFFMAN_H
#define PROXY_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * huffman_decode - append what coded bytes stand for.
 *
 * Returns 0; -EBADMSG for a code that is none, the code that marks an end, and padding that is not
 * fewer than 8 bits of ones. Source: RFC 7541 section 5.2 and appendix B.
 */
int huffman_decode(const uint8_t *p, size_t n, struct buf *out);

#endif
