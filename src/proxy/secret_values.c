/* SPDX-License-Identifier: Apache-2.0 */
/* The values of the secrets, which come apart from the rules. */
#include "proxy/secret_values.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "proxy/secret.h"

int secret_values_take(struct secret_values *s, uint32_t id, int fd, struct err *e)
{
	AUTO_FREE char *p = NULL;
	ssize_t n;

	if (id >= SECRET_VALUES_MAX || s->v[id].p != NULL)
		return err_set(e, -EEXIST, "proxy: secret %u", id);
	p = malloc(SECRET_VALUE_MAX + 1);
	if (p == NULL)
		return err_sys(e, -ENOMEM, "proxy");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, -errno, "proxy: secret %u", id);
	n = fd_read_full(fd, p, SECRET_VALUE_MAX + 1);
	if (n < 0)
		return err_sys(e, (int)n, "proxy: secret %u", id);
	if (secret_value_check(p, (size_t)n) < 0)
		return err_set(e, -EINVAL, "proxy: the value of secret %u cannot be sent", id);
	s->v[id] = (struct http_text){ ptr_take(&p), (size_t)n };
	return 0;
}

int secret_values_check(const struct secret_values *s, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (i >= SECRET_VALUES_MAX || s->v[i].p == NULL)
			return err_set(e, -ENODATA, "proxy: secret %zu has no value", i);
	return 0;
}
