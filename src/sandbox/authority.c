/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the sandbox trusts: the host's authorities, and its proxy where streams are opened. */
#include "sandbox/authority.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "sandbox/egress.h"
#include "sandbox/store.h"

#define ROOTS_NAME "authorities.pem"
#define ROOTS_MAX (8u << 20)
#define PEM_MAX 16384
#define PEM_START "-----BEGIN CERTIFICATE-----\n"

/* Where systems keep the list that their programs read, Debian's first. */
static const char *const lists[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

static const char *real(struct arena *a, const char *path)
{
	AUTO_FREE char *found = realpath(path, NULL);

	return found != NULL ? arena_str(a, found) : NULL;
}

int authority_roots(struct arena *a, const char **ret)
{
	const char *named = getenv("SSL_CERT_FILE");

	*ret = NULL;
	if (named != NULL && named[0] == '/')
		*ret = real(a, named);
	for (size_t i = 0; i < ARRAY_LEN(lists) && *ret == NULL; i++)
		*ret = real(a, lists[i]);
	return 0;
}

/* The lists that are there, each once however many links lead to it. */
static int find_lists(struct arena *a, struct tier_facts *f)
{
	const char **v = arena_alloc(a, ARRAY_LEN(lists) * sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const char *path = real(a, lists[i]);
		bool is_new = path != NULL;

		for (size_t j = 0; j < n && is_new; j++)
			is_new = strcmp(v[j], path) != 0;
		if (is_new)
			v[n++] = path;
	}
	f->roots_over = (struct policy_list){ v, n };
	return 0;
}

/* The proxy is hostile territory: what it gives is text, and trusted by its own sandbox alone. */
static int read_authority(struct egress *x, struct arena *a, struct tier_facts *f, struct err *e)
{
	AUTO_BUF struct buf pem = BUF_INIT(PEM_MAX);
	int r = egress_authority(x, &pem, e);

	if (r < 0)
		return r;
	if (pem.n < strlen(PEM_START) || memcmp(pem.p, PEM_START, strlen(PEM_START)) != 0 ||
	    memchr(pem.p, '\0', pem.n) != NULL)
		return err_set(e, -EPROTO, "the proxy gave no certificate");
	f->authority = arena_copy(a, pem.p, pem.n);
	return f->authority == NULL ? err_sys(e, -ENOMEM, "certificate") : 0;
}

static int write_roots(const struct store_box *box, struct arena *a, struct tier_facts *f,
		       struct err *e)
{
	AUTO_BUF struct buf all = BUF_INIT(ROOTS_MAX);
	struct tier_path *t = &f->roots;
	const char *from = NULL;
	struct stat st;
	int r = authority_roots(a, &from);

	if (r == 0 && from == NULL)
		return err_set(e, -ENOENT,
			       "network.http and secrets need a list of certificate authorities; "
			       "install ca-certificates, or name one by SSL_CERT_FILE");
	if (r == 0)
		r = file_read(AT_FDCWD, from, &all, e);
	if (r < 0)
		return r;
	buf_printf(&all, "\n%s", f->authority);
	if (all.err < 0)
		return err_sys(e, all.err, "%s", from);
	r = file_write(box->dir, ROOTS_NAME, all.p, all.n, e);
	if (r < 0)
		return r;
	*t = (struct tier_path){ .path = arena_printf(a, "%s/%s", box->path, ROOTS_NAME) };
	if (t->path == NULL || fchmodat(box->dir, ROOTS_NAME, 0444, 0) < 0 ||
	    fstatat(box->dir, ROOTS_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, -EIO, "cannot keep the list of authorities");
	t->type = OBJECT_FILE;
	t->dev = st.st_dev;
	t->ino = st.st_ino;
	t->uid = st.st_uid;
	t->gid = st.st_gid;
	return 0;
}

int authority_make(struct egress *x, const struct store_box *box, struct arena *a,
		   struct tier_facts *f, struct err *e)
{
	int r = read_authority(x, a, f, e);

	if (r == 0)
		r = write_roots(box, a, f, e);
	if (r == 0 && find_lists(a, f) < 0)
		r = err_sys(e, -ENOMEM, "list of authorities");
	return r;
}

void authority_forget(const struct store_box *box)
{
	if (box->dir >= 0)
		(void)unlinkat(box->dir, ROOTS_NAME, 0);
}
