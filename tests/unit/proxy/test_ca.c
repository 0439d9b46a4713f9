/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox's own authority: what it signs is believed for that name alone. */
#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/buf.h"
#include "proxy/ca.h"

#define PEM_MAX 4096

static struct host host_of(const char *text)
{
	struct host h;

	assert_int_equal(host_parse(text, strlen(text), &h), 0);
	return h;
}

static X509 *root_of(const struct ca *ca)
{
	AUTO_BUF struct buf pem = BUF_INIT(PEM_MAX);
	X509 *root;
	BIO *bio;

	assert_int_equal(ca_pem(ca, &pem), 0);
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	root = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(root);
	return root;
}

/* 1 when a certificate is believed, for a server of this name. */
static int believes(X509 *root, X509 *leaf, const char *name)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *x = X509_STORE_CTX_new();
	int r;

	X509_STORE_add_cert(store, root);
	X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT);
	X509_STORE_CTX_init(x, store, leaf, NULL);
	X509_STORE_CTX_set_purpose(x, X509_PURPOSE_SSL_SERVER);
	r = X509_verify_cert(x) == 1 && X509_check_host(leaf, name, 0, 0, NULL) == 1;
	X509_STORE_CTX_free(x);
	X509_STORE_free(store);
	return r;
}

static void leaves_are_believed_for_their_name_alone(void **state)
{
	struct host host = host_of("api.example.com");
	struct ca *ca = NULL;
	X509 *root;

	(void)state;
	assert_int_equal(ca_new(&ca, NULL), 0);
	root = root_of(ca);
	assert_true(believes(root, ca_leaf(ca, &host), "api.example.com"));
	assert_false(believes(root, ca_leaf(ca, &host), "example.com"));
	assert_int_equal(X509_check_private_key(ca_leaf(ca, &host), ca_leaf_key(ca)), 1);
	X509_free(root);
	ca_free(ca);
}

static void another_sandbox_believes_nothing_of_it(void **state)
{
	struct host host = host_of("api.example.com");
	struct ca *ca = NULL;
	struct ca *other = NULL;
	X509 *root;

	(void)state;
	assert_int_equal(ca_new(&ca, NULL), 0);
	assert_int_equal(ca_new(&other, NULL), 0);
	root = root_of(other);
	assert_false(believes(root, ca_leaf(ca, &host), "api.example.com"));
	X509_free(root);
	ca_free(ca);
	ca_free(other);
}

static void addresses_are_named_as_such(void **state)
{
	struct host host = host_of("2001:db8::1");
	struct ca *ca = NULL;

	(void)state;
	assert_int_equal(ca_new(&ca, NULL), 0);
	assert_int_equal(X509_check_ip_asc(ca_leaf(ca, &host), "2001:db8::1", 0), 1);
	assert_int_equal(X509_check_ip_asc(ca_leaf(ca, &host), "2001:db8::2", 0), 0);
	ca_free(ca);
}

static void leaves_are_kept_and_given_up_for_others(void **state)
{
	struct host first = host_of("first.example.com");
	struct host other;
	struct ca *ca = NULL;
	X509 *leaf;
	char name[64];

	(void)state;
	assert_int_equal(ca_new(&ca, NULL), 0);
	leaf = ca_leaf(ca, &first);
	assert_ptr_equal(ca_leaf(ca, &first), leaf);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "host%d.example.com", i);
		other = host_of(name);
		assert_non_null(ca_leaf(ca, &other));
	}
	assert_non_null(ca_leaf(ca, &first));
	ca_free(ca);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_are_believed_for_their_name_alone),
		cmocka_unit_test(another_sandbox_believes_nothing_of_it),
		cmocka_unit_test(addresses_are_named_as_such),
		cmocka_unit_test(leaves_are_kept_and_given_up_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
