/* SPDX-License-Identifier: Apache-2.0 */
/* The host's list of authorities, of which those are read that a server refers to. */
#include "proxy/roots.h"

#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOTS_MAX 2048
#define FIELDS_BEFORE_SUBJECT 4 /* serial number, signature, issuer, validity */

/* One certificate, unread. @subject: where its name is; @hash: of that, as OpenSSL compares names
 */
struct root {
	unsigned long hash;
	unsigned char *der;
	long n;
	long subject;
};

struct roots {
	X509_LOOKUP_METHOD *method;
	size_t n;
	struct root v[ROOTS_MAX];
};

static void roots_free(struct roots *r)
{
	for (size_t i = 0; r != NULL && i < r->n; i++)
		OPENSSL_free(r->v[i].der);
	free(r);
}

/* Steps into a value, or behind it. Returns false where there is none within @end. */
static bool step(const unsigned char **p, const unsigned char *end, bool is_into, int *ret_tag)
{
	long n = 0;
	int tag = 0;
	int class = 0;
	const unsigned char *at = *p;

	if ((ASN1_get_object(&at, &n, &tag, &class, end - at) & 0x80) != 0 || n > end - at)
		return false;
	*ret_tag = class == V_ASN1_CONTEXT_SPECIFIC ? -1 : tag;
	*p = is_into ? at : at + n;
	return true;
}

/* Where the subject's name begins within a certificate. Returns false when it is none. */
static bool find_subject(const unsigned char **p, const unsigned char *end)
{
	const unsigned char *behind;
	int tag;

	if (!step(p, end, true, &tag) || !step(p, end, true, &tag))
		return false;
	behind = *p;
	/* The version is left out where it is the first one. */
	if (!step(&behind, end, false, &tag))
		return false;
	if (tag < 0)
		*p = behind;
	for (int i = 0; i < FIELDS_BEFORE_SUBJECT; i++)
		if (!step(p, end, false, &tag))
			return false;
	return true;
}

/* Takes the next certificate off the list. Returns false at its end. */
static bool next(BIO *list, struct roots *r)
{
	char *name = NULL;
	char *header = NULL;
	struct root root = { 0 };
	const unsigned char *p;

	if (r->n == ROOTS_MAX || !PEM_read_bio(list, &name, &header, &root.der, &root.n))
		return false;
	p = root.der;
	if (strcmp(name, PEM_STRING_X509) == 0 && find_subject(&p, root.der + root.n)) {
		root.subject = p - root.der;
		r->v[r->n++] = root;
	} else {
		OPENSSL_free(root.der);
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	return true;
}

/* Works the hashes out; those that have none are given up. */
static void hash_all(struct roots *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct root *root = &r->v[i];
		const unsigned char *p = root->der + root->subject;
		X509_NAME *subject = d2i_X509_NAME(NULL, &p, root->n - root->subject);
		int ok = 0;

		if (subject != NULL)
			root->hash = X509_NAME_hash_ex(subject, NULL, NULL, &ok);
		X509_NAME_free(subject);
		if (ok)
			r->v[n++] = *root;
		else
			OPENSSL_free(root->der);
	}
	r->n = n;
}

/* Reads a certificate and gives it to the store. Returns it, borrowed from there; or NULL. */
static X509 *add(X509_STORE *store, const struct root *root)
{
	const unsigned char *p = root->der;
	X509 *x = d2i_X509(NULL, &p, root->n);
	int ok = x != NULL && X509_STORE_add_cert(store, x);

	X509_free(x);
	return ok ? x : NULL;
}

/* Asked only for names that are not in the store yet. */
static int find(X509_LOOKUP *lookup, X509_LOOKUP_TYPE type, const X509_NAME *name, X509_OBJECT *ret)
{
	const struct roots *r = X509_LOOKUP_get_method_data(lookup);
	X509 *first = NULL;
	unsigned long hash;
	int ok = 0;

	if (type != X509_LU_X509)
		return 0;
	hash = X509_NAME_hash_ex(name, NULL, NULL, &ok);
	for (size_t i = 0; ok && i < r->n; i++) {
		X509 *x =
			r->v[i].hash == hash ? add(X509_LOOKUP_get_store(lookup), &r->v[i]) : NULL;

		first = first != NULL ? first : x;
	}
	if (first == NULL || !X509_OBJECT_set1_X509(ret, first))
		return 0;
	/* Whoever asks takes what is told for borrowed. */
	X509_free(first);
	return 1;
}

static void on_free(X509_LOOKUP *lookup)
{
	struct roots *r = X509_LOOKUP_get_method_data(lookup);

	if (r != NULL)
		X509_LOOKUP_meth_free(r->method);
	roots_free(r);
}

static struct roots *read_list(BIO *list)
{
	struct roots *r = calloc(1, sizeof(*r));

	while (r != NULL && next(list, r))
		continue;
	return r;
}

int roots_each(const char *path, void (*take)(void *who, const unsigned char *der, size_t n),
	       void *who)
{
	BIO *list = BIO_new_file(path, "r");
	struct roots *r = list != NULL ? read_list(list) : NULL;

	BIO_free(list);
	if (r == NULL)
		return list == NULL ? -ENOENT : -ENOMEM;
	for (size_t i = 0; i < r->n; i++)
		take(who, r->v[i].der, (size_t)r->v[i].n);
	roots_free(r);
	return 0;
}

int roots_use(SSL_CTX *x, const char *path)
{
	BIO *list = BIO_new_file(path, "r");
	struct roots *r = list != NULL ? read_list(list) : NULL;
	X509_LOOKUP *lookup = NULL;

	BIO_free(list);
	if (r == NULL)
		return list == NULL ? -ENOENT : -ENOMEM;
	hash_all(r);
	r->method = X509_LOOKUP_meth_new("roots");
	if (r->method != NULL && X509_LOOKUP_meth_set_get_by_subject(r->method, find) &&
	    X509_LOOKUP_meth_set_free(r->method, on_free))
		lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(x), r->method);
	if (lookup == NULL) {
		X509_LOOKUP_meth_free(r->method);
		roots_free(r);
		return -ENOMEM;
	}
	X509_LOOKUP_set_method_data(lookup, r);
	return (int)r->n;
}
