/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's secrets: values for the proxy alone, and placeholders for the sandbox. */
#include "sandbox/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/file.h"
#include "policy/check_rows.h"
#include "policy/policy.h"
#include "sandbox/run.h"
#include "sandbox/secret_command.h"
#include "sandbox/secret_shape.h"

#define VALUE_MAX 16384

void secrets_done(struct secrets *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->value[i] = fd_close(s->value[i]);
	s->n = 0;
}

static void wipe(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	buf_done(b);
}

static int read_env(const char *name, struct buf *out, struct err *e)
{
	const char *value = getenv(name);

	if (value == NULL || value[0] == '\0')
		return err_set(e, -ENOENT, "secret %s: the variable is not set", name);
	buf_str(out, value);
	return 0;
}

static int read_file(const struct run_request *req, const struct policy_secret *s, struct buf *out,
		     struct err *e)
{
	const char *path = s->from + strlen(SECRET_FROM_FILE);
	char full[4096];
	int r;

	if (path[0] == '~' &&
	    snprintf(full, sizeof(full), "%s%s", req->home, path + 1) < (int)sizeof(full))
		path = full;
	r = file_read(AT_FDCWD, path, out, NULL);
	return r < 0 ? err_sys(e, r, "secret %s: %s", s->name, path) : 0;
}

static int read_value(const struct run_request *req, const struct policy_secret *s, struct buf *out,
		      struct err *e)
{
	const char *command = s->from + strlen(SECRET_FROM_COMMAND);
	int r;

	if (strcmp(s->from, SECRET_FROM_ENV) == 0)
		return read_env(s->name, out, e);
	if (strncmp(s->from, SECRET_FROM_FILE, strlen(SECRET_FROM_FILE)) == 0)
		return read_file(req, s, out, e);
	r = secret_command(command, out);
	return r < 0 ? err_sys(e, r, "secret %s: its command failed", s->name) : 0;
}

/* Files and commands end their one line; nothing else may be in a value that goes into a header. */
static int check_value(const struct policy_secret *s, struct buf *b, struct err *e)
{
	if (b->err < 0)
		return err_sys(e, b->err, "secret %s", s->name);
	while (b->n > 0 && (b->p[b->n - 1] == '\n' || b->p[b->n - 1] == '\r'))
		b->n--;
	if (b->n == 0)
		return err_set(e, -EINVAL, "secret %s: it is empty", s->name);
	for (size_t i = 0; i < b->n; i++)
		if ((unsigned char)b->p[i] < ' ' || b->p[i] == 0x7f)
			return err_set(e, -EINVAL,
				       "secret %s: it holds more than one line, or control bytes",
				       s->name);
	return 0;
}

static int keep_value(const struct policy_secret *s, const struct buf *b, struct err *e)
{
	AUTO_CLOSE int fd = memfd_create("secret", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : fd_write_full(fd, b->p, b->n);

	return r < 0 ? err_sys(e, r, "secret %s", s->name) : fd_take(&fd);
}

static int take(const struct run_request *req, const struct policy_secret *s, char *placeholder,
		struct err *e)
{
	CLEANUP(wipe) struct buf b = BUF_INIT(VALUE_MAX);
	int r = read_value(req, s, &b, e);

	if (r == 0)
		r = check_value(s, &b, e);
	if (r < 0)
		return r;
	if (secret_shape(b.p, b.n, placeholder) < 0)
		return err_sys(e, -EIO, "secret %s", s->name);
	return keep_value(s, &b, e);
}

int secrets_gather(const struct run_request *req, bool is_plan, struct arena *a,
		   struct secrets *ret, struct err *e)
{
	const struct policy *p = req->policy;
	const char **env;

	if (p->secrets_n == 0)
		return 0;
	env = arena_alloc(a, p->secrets_n * sizeof(*env));
	for (size_t i = 0; env != NULL && i < p->secrets_n && i < SECRETS_MAX; i++) {
		char placeholder[SECRET_SHAPE_MAX] = "PLACEHOLDER";
		int fd = is_plan ? -EBADF : take(req, &p->secrets[i], placeholder, e);

		if (fd < 0 && !is_plan)
			return fd;
		ret->value[i] = fd;
		ret->n = i + 1;
		ret->placeholder[i] = arena_str(a, placeholder);
		env[i] = arena_printf(a, "%s=%s", p->secrets[i].name, placeholder);
		if (ret->placeholder[i] == NULL || env[i] == NULL)
			return err_sys(e, -ENOMEM, "secrets");
	}
	if (env == NULL)
		return err_sys(e, -ENOMEM, "secrets");
	ret->env = (struct policy_list){ env, ret->n };
	return 0;
}
