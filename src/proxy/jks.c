/* SPDX-License-Identifier: Apache-2.0 */
/* Authorities as Java keeps them, which reads no other list. */
#include "proxy/jks.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "proxy/ca.h"
#include "proxy/roots.h"

#define MAGIC 0xfeedfeedu
#define VERSION 2
#define TRUSTED 2 /* an entry with a certificate and no key */
#define KIND "X.509"
#define PASSWORD "changeit"
#define SALT "Mighty Aphrodite" /* as the format has it */
#define NAME_MAX_BYTES 24

/* Entries so far; their count stands before them. */
struct entries {
	struct buf *out;
	uint32_t n;
};

static void add_number(struct buf *out, uint64_t v, unsigned int bytes)
{
	while (bytes-- > 0)
		buf_add(out, &(uint8_t){ (uint8_t)(v >> (8 * bytes)) }, 1);
}

static void add_text(struct buf *out, const char *text)
{
	add_number(out, strlen(text), 2);
	buf_str(out, text);
}

static void add_entry(void *who, const unsigned char *der, size_t n)
{
	struct entries *e = who;
	char name[NAME_MAX_BYTES];

	snprintf(name, sizeof(name), "authority%u", e->n++);
	add_number(e->out, TRUSTED, 4);
	add_text(e->out, name);
	add_number(e->out, 0, 8); /* when it was added */
	add_text(e->out, KIND);
	add_number(e->out, n, 4);
	buf_add(e->out, der, n);
}

static int add_own(struct entries *e, const struct ca *ca)
{
	unsigned char *der = NULL;
	int n = i2d_X509(ca_certificate(ca), &der);

	if (n > 0)
		add_entry(e, der, (size_t)n);
	OPENSSL_free(der);
	return n > 0 ? 0 : -ENOMEM;
}

static int add_checksum(struct buf *out)
{
	EVP_MD_CTX *x = EVP_MD_CTX_new();
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	int ok = x != NULL && EVP_DigestInit_ex(x, EVP_sha1(), NULL);

	/* The password in UTF-16. */
	for (const char *c = PASSWORD; ok && *c != '\0'; c++)
		ok = EVP_DigestUpdate(x, (const char[]){ 0, *c }, 2);
	ok = ok && EVP_DigestUpdate(x, SALT, strlen(SALT)) && EVP_DigestUpdate(x, out->p, out->n) &&
	     EVP_DigestFinal_ex(x, sum, &n);
	EVP_MD_CTX_free(x);
	if (ok)
		buf_add(out, sum, n);
	return ok ? out->err : -ENOMEM;
}

int jks_build(const char *path, const struct ca *ca, struct buf *out)
{
	AUTO_BUF struct buf all = BUF_INIT(out->max);
	struct entries e = { .out = &all };
	int r = roots_each(path, add_entry, &e);

	if (r == 0)
		r = add_own(&e, ca);
	if (r < 0)
		return r;
	add_number(out, MAGIC, 4);
	add_number(out, VERSION, 4);
	add_number(out, e.n, 4);
	buf_add(out, all.p, all.n);
	if (all.err < 0 || out->err < 0)
		return -ENOMEM;
	return add_checksum(out);
}
