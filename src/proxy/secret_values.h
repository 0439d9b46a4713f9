/* SPDX-License-Identifier: Apache-2.0 */
/* The values of the secrets, which come apart from the rules. */
#ifndef PROXY_SECRET_VALUES_H
#define PROXY_SECRET_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "proxy/http_field.h"

#define SECRET_VALUES_MAX 256

/* Values by their number; zero it. It lives as long as the program. */
struct secret_values {
	struct http_text v[SECRET_VALUES_MAX];
};

/*
 * secret_values_take - keep the value of a secret.
 * @fd: a memfd with it, from its beginning
 *
 * Returns 0; -EEXIST for a number that has one; -EINVAL for a value that cannot stand in a request.
 */
int secret_values_take(struct secret_values *s, uint32_t id, int fd, struct err *e);

/* secret_values_check - whether the first @n secrets have values. 0 or -ENODATA. */
int secret_values_check(const struct secret_values *s, size_t n, struct err *e);

#endif
