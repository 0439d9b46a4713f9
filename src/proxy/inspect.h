/* SPDX-License-Identifier: Apache-2.0 */
/* Tells by a client's first bytes what it speaks, and whether that agrees with where it goes. */
#ifndef PROXY_INSPECT_H
#define PROXY_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/host.h"

#define INSPECT_MAX (32u << 10) /* bytes that are enough for a verdict */

enum inspect_result {
	INSPECT_MORE,  /* too little to tell */
	INSPECT_OTHER, /* neither TLS nor HTTP */
	INSPECT_TLS,   /* for the name that was meant */
	INSPECT_HTTP,  /* HTTP/1: each of its requests is to be read */
	INSPECT_BAD    /* @why says why not */
};

/*
 * inspect_first - look at the first bytes of a connection.
 * @p, @n:   all of them from the start
 * @name:    whom the connection is for; NULL when it is for an address, with which any name agrees
 * @ret_why: of INSPECT_BAD: a sentence, constant text
 *
 * HTTP is what has its version at the end of its first line, however odd the rest: what is wrong
 * with it is found when it is read as such. With INSPECT_MAX bytes the result is never
 * INSPECT_MORE.
 */
enum inspect_result inspect_first(const uint8_t *p, size_t n, const struct host_name *name,
				  const char **ret_why);

#endif
