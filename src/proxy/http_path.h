/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of requests: one reading each, and the patterns that rules hold them to. */
#ifndef PROXY_HTTP_PATH_H
#define PROXY_HTTP_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define HTTP_PATH_MAX 8192

/* A path, percent-decoded once, without its query; not terminated, may hold any byte but NUL. */
struct http_path {
	size_t n;
	char text[HTTP_PATH_MAX];
};

/*
 * http_path_parse - read the path of a target as every server reads it, or not at all.
 * @p, @n: begins with a slash; a query behind ? is left out
 *
 * Refused is what servers differ about: dot segments, also with parameters (..;x), empty segments
 * (//), encoded slashes, backslashes and NUL, bytes that stay encoded after decoding once, percent
 * signs without two hexadecimal digits, control bytes.
 *
 * Returns 0; -EINVAL; -ENAMETOOLONG when it is above HTTP_PATH_MAX.
 */
int http_path_parse(const char *p, size_t n, struct http_path *ret);

/*
 * http_path_match - whether a pattern holds all of a path.
 * @pattern: * stands for any bytes within a segment, ** for any bytes, slashes included; all else
 *           for itself. A slash and two stars at its end hold what lies below, not the folder
 * itself
 *
 * Takes no memory, and time of the order of the path squared at worst.
 */
bool http_path_match(const char *pattern, const char *p, size_t n);

#endif
