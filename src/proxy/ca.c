/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate authority of one sandbox: made in memory, never written, gone with the proxy. */
#include "proxy/ca.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define LEAVES_MAX 256
#define SERIAL_BITS 127	       /* positive, and at most the 20 bytes of RFC 5280 section 4.1.2.2 */
#define SKEW_S (24 * 60 * 60L) /* clocks inside a sandbox may be set back */
#define VALID_S (90 * SKEW_S)
#define SAN_MAX (HOST_TEXT_MAX + 8)

struct leaf {
	struct host host;
	X509 *cert;
};

struct ca {
	EVP_PKEY *key;
	EVP_PKEY *leaf_key;
	X509 *cert;
	struct leaf leaves[LEAVES_MAX];
	size_t n;    /* of @leaves */
	size_t next; /* which is given up for a new one when all are taken */
};

struct extension {
	int nid;
	const char *value;
};

static void x509_done(X509 **cert)
{
	X509_free(*cert);
}

void ca_free(struct ca *ca)
{
	if (ca == NULL)
		return;
	for (size_t i = 0; i < ca->n; i++)
		X509_free(ca->leaves[i].cert);
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	EVP_PKEY_free(ca->leaf_key);
	free(ca);
}

static int set_serial(X509 *cert)
{
	BIGNUM *serial = BN_new();
	int ok = serial != NULL &&
		 BN_rand(serial, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) &&
		 BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(cert)) != NULL;

	BN_free(serial);
	return ok;
}

static int set_name(X509 *cert, const char *text)
{
	return X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
					  (const unsigned char *)text, -1, -1, 0);
}

static int add_extensions(X509 *cert, X509 *issuer, const struct extension *x)
{
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
	for (; x->value != NULL; x++) {
		X509_EXTENSION *made = X509V3_EXT_conf_nid(NULL, &context, x->nid, x->value);
		int ok = made != NULL && X509_add_ext(cert, made, -1);

		X509_EXTENSION_free(made);
		if (!ok)
			return 0;
	}
	return 1;
}

/* A certificate of @key, signed by @ca; NULL when it cannot be made. */
static X509 *make(const struct ca *ca, EVP_PKEY *key, const char *name, const struct extension *x)
{
	CLEANUP(x509_done) X509 *cert = X509_new();
	X509 *issuer = ca->cert != NULL ? ca->cert : cert;

	if (cert == NULL || !X509_set_version(cert, X509_VERSION_3) || !set_serial(cert) ||
	    X509_gmtime_adj(X509_getm_notBefore(cert), -SKEW_S) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(cert), VALID_S) == NULL ||
	    !X509_set_pubkey(cert, key) || !set_name(cert, name) ||
	    !X509_set_issuer_name(cert, X509_get_subject_name(issuer)) ||
	    !add_extensions(cert, issuer, x) || X509_sign(cert, ca->key, EVP_sha256()) <= 0)
		return NULL;
	return ptr_take(&cert);
}

int ca_new(struct ca **ret, struct err *e)
{
	static const struct extension extensions[] = {
		{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
		{ NID_key_usage, "critical,keyCertSign,cRLSign" },
		{ NID_subject_key_identifier, "hash" },
		{ 0 },
	};
	struct ca *ca = calloc(1, sizeof(*ca));

	if (ca == NULL)
		return err_sys(e, -ENOMEM, "certificate authority");
	ca->key = EVP_EC_gen("P-256");
	ca->leaf_key = EVP_EC_gen("P-256");
	if (ca->key != NULL && ca->leaf_key != NULL)
		ca->cert = make(ca, ca->key, "Tiercel: this sandbox alone", extensions);
	if (ca->cert == NULL) {
		ca_free(ca);
		return err_set(e, -EIO, "cannot make a certificate authority");
	}
	*ret = ca;
	return 0;
}

int ca_pem(const struct ca *ca, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long n = 0;

	if (bio != NULL && PEM_write_bio_X509(bio, ca->cert))
		n = BIO_get_mem_data(bio, &text);
	if (n > 0)
		buf_add(out, text, (size_t)n);
	BIO_free(bio);
	return n > 0 ? out->err : -ENOMEM;
}

X509 *ca_certificate(const struct ca *ca)
{
	return ca->cert;
}

static X509 *leaf_make(const struct ca *ca, const struct host *host)
{
	char san[SAN_MAX];
	char text[HOST_TEXT_MAX];
	const struct extension extensions[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature" },
		{ NID_ext_key_usage, "serverAuth" },
		{ NID_subject_alt_name, san },
		{ NID_subject_key_identifier, "hash" },
		{ NID_authority_key_identifier, "keyid:always" },
		{ 0 },
	};

	/* Names and addresses are read strictly elsewhere: nothing in them has a meaning here. */
	host_print(host, 0, text);
	snprintf(san, sizeof(san), "%s:%s", host->is_address ? "IP" : "DNS", text);
	return make(ca, ca->leaf_key, "opened by Tiercel", extensions);
}

X509 *ca_leaf(struct ca *ca, const struct host *host)
{
	struct leaf *leaf;
	X509 *cert;

	for (size_t i = 0; i < ca->n; i++)
		if (host_is(&ca->leaves[i].host, host))
			return ca->leaves[i].cert;
	cert = leaf_make(ca, host);
	if (cert == NULL)
		return NULL;
	leaf = &ca->leaves[ca->next];
	ca->next = (ca->next + 1) % LEAVES_MAX;
	if (ca->n < LEAVES_MAX)
		ca->n++;
	X509_free(leaf->cert);
	*leaf = (struct leaf){ *host, cert };
	return cert;
}

EVP_PKEY *ca_leaf_key(const struct ca *ca)
{
	return ca->leaf_key;
}
