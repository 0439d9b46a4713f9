/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of network.http or secrets must look like. */
#ifndef POLICY_CHECK_ROWS_H
#define POLICY_CHECK_ROWS_H

#include <stddef.h>

#include "policy/types.h"

#define SECRET_FROM_ENV "env"
#define SECRET_FROM_FILE "file:"
#define SECRET_FROM_COMMAND "command:"

/*
 * check_http, check_secret - what is wrong with an entry, in words; NULL when nothing is.
 * @before, @n: the entries before it
 */
const char *check_http(const struct policy_http *h);
const char *check_secret(const struct policy_secret *s, const struct policy_secret *before,
			 size_t n);

#endif
