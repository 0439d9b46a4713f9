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
#include "base/fd.h"
#include "base/file.h"
#include "plan/egress.h"
#include "sandbox/prepare.h"
#include "sandbox/store.h"
#include "tier/part_egress.h"

#define OWN_NAME "authority.pem"
#define ROOTS_NAME "authorities.pem"
#define JAVA_NAME "authorities.jks"
#define JAVA_START "\xfe\xed\xfe\xed"
#define LIST_MAX (8u << 20)
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

static const char *const java_lists[] = {
	"/etc/ssl/certs/java/cacerts",
	"/etc/pki/ca-trust/extracted/java/cacerts",
	"/etc/pki/java/cacerts",
};

static const char *real(struct arena *a, const char *path)
{
	AUTO_FREE char *found = realpath(path, NULL);

	return found != NULL ? arena_str(a, found) : NULL;
}

const char *authority_list(struct arena *a)
{
	const char *named = getenv("SSL_CERT_FILE");
	const char *found = named != NULL && named[0] == '/' ? real(a, named) : NULL;

	for (size_t i = 0; i < ARRAY_LEN(lists) && found == NULL; i++)
		found = real(a, lists[i]);
	return found;
}

/* The lists that are there, each once however many links lead to it. */
static int find_lists(struct arena *a, const char *const *names, size_t names_n,
		      struct policy_list *ret)
{
	const char **v = arena_alloc(a, names_n * sizeof(*v));
	size_t n = 0;

	if (v == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < names_n; i++) {
		const char *path = real(a, names[i]);
		bool is_new = path != NULL;

		for (size_t j = 0; j < n && is_new; j++)
			is_new = strcmp(v[j], path) != 0;
		if (is_new)
			v[n++] = path;
	}
	*ret = (struct policy_list){ v, n };
	return 0;
}

/* A file that the sandbox will see; it stays open, so that it can be added to. Returns its fd. */
static int make_file(const struct store_box *box, const char *name, struct arena *a,
		     struct tier_path *ret)
{
	AUTO_CLOSE int fd =
		openat(box->dir, name,
		       O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0444);
	struct stat st;

	if (fd < 0 || fchmod(fd, 0444) < 0 || fstat(fd, &st) < 0)
		return -errno;
	*ret = (struct tier_path){ .path = arena_printf(a, "%s/%s", box->path, name),
				   .type = OBJECT_FILE,
				   .dev = st.st_dev,
				   .ino = st.st_ino,
				   .uid = st.st_uid,
				   .gid = st.st_gid };
	return ret->path == NULL ? -ENOMEM : fd_take(&fd);
}

static int copy_list(struct authority *x, struct arena *a, struct err *e)
{
	AUTO_BUF struct buf all = BUF_INIT(LIST_MAX);
	const char *from = authority_list(a);
	int r;

	if (from == NULL)
		return err_set(e, -ENOENT,
			       "network.http and secrets need a list of certificate authorities; "
			       "install ca-certificates, or name one by SSL_CERT_FILE");
	r = file_read(AT_FDCWD, from, &all, e);
	if (r < 0)
		return r;
	buf_str(&all, "\n");
	r = all.err < 0 ? all.err : fd_write_full(x->roots, all.p, all.n);
	return r < 0 ? err_sys(e, r, "cannot copy %s", from) : 0;
}

int authority_make(const struct policy *p, struct prepared *run, struct err *e)
{
	struct authority *x = &run->authority;
	struct tier_facts *f = &run->facts;
	int r;

	if (!part_egress_opens(p))
		return 0;
	x->own = make_file(&run->box, OWN_NAME, &run->arena, &f->authority);
	x->roots = make_file(&run->box, ROOTS_NAME, &run->arena, &f->roots);
	if (x->own < 0 || x->roots < 0)
		return err_sys(e, x->own < 0 ? x->own : x->roots,
			       "cannot keep a list of authorities");
	r = copy_list(x, &run->arena, e);
	if (r < 0)
		return r;
	if (find_lists(&run->arena, lists, ARRAY_LEN(lists), &f->roots_over) < 0 ||
	    find_lists(&run->arena, java_lists, ARRAY_LEN(java_lists), &f->java_over) < 0)
		return err_sys(e, -ENOMEM, "list of authorities");
	if (f->java_over.n == 0)
		return 0;
	x->java = make_file(&run->box, JAVA_NAME, &run->arena, &f->java);
	return x->java < 0 ? err_sys(e, x->java, "cannot keep a list of authorities") : 0;
}

static bool begins(const struct buf *b, const char *start, size_t n)
{
	return b->n > n && memcmp(b->p, start, n) == 0;
}

static int tell_own(struct authority *x, const struct buf *b)
{
	int r = -EPROTO;

	if (!x->is_told && b->n <= PEM_MAX && begins(b, PEM_START, strlen(PEM_START)))
		r = fd_write_full(x->own, b->p, b->n);
	if (r == 0)
		r = fd_write_full(x->roots, b->p, b->n);
	x->is_told = r == 0;
	return r;
}

static int tell_java(struct authority *x, const struct buf *b)
{
	int r = -EPROTO;

	if (!x->is_java_told && x->java >= 0 && begins(b, JAVA_START, strlen(JAVA_START)))
		r = fd_write_full(x->java, b->p, b->n);
	x->is_java_told = r == 0;
	return r;
}

/* The proxy is hostile territory: what it tells is cut, and trusted by its own sandbox alone. */
int authority_tell(struct authority *x, uint32_t what, int fd, struct err *e)
{
	AUTO_BUF struct buf b = BUF_INIT(LIST_MAX);
	struct stat st;
	int r = fstat(fd, &st) < 0 ? -errno : 0;

	/* Anything else might keep the reader waiting. */
	if (r == 0 && !S_ISREG(st.st_mode))
		r = -EPROTO;
	if (r == 0)
		r = lseek(fd, 0, SEEK_SET) < 0 ? -errno : file_read_fd(fd, &b);
	if (r == 0)
		r = what == EGRESS_TRUST_JAVA ? tell_java(x, &b) : tell_own(x, &b);
	return r < 0 ? err_sys(e, r, "the proxy's certificate") : 0;
}

bool authority_is_told(const struct authority *x)
{
	return (x->own < 0 || x->is_told) && (x->java < 0 || x->is_java_told);
}

void authority_forget(struct authority *x, const struct store_box *box)
{
	bool is_made = x->own >= 0 || x->roots >= 0;

	x->own = fd_close(x->own);
	x->roots = fd_close(x->roots);
	x->java = fd_close(x->java);
	if (!is_made || box->dir < 0)
		return;
	(void)unlinkat(box->dir, OWN_NAME, 0);
	(void)unlinkat(box->dir, ROOTS_NAME, 0);
	(void)unlinkat(box->dir, JAVA_NAME, 0);
}
