/* SPDX-License-Identifier: Apache-2.0 */
/* The list of authorities: whom it names is believed, and nothing else in it matters. */
#include <cmocka.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "proxy/ca.h"
#include "proxy/roots.h"

#define AUTHORITIES 3
#define LIST_MAX 65536
#define PEM_END 26 /* bytes of the last line */

static void write_list(char path[32], const struct buf *list)
{
	int fd;

	snprintf(path, 32, "/tmp/roots-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, list->p, list->n), list->n);
	close(fd);
}

static int believes(SSL_CTX *x, X509 *leaf)
{
	X509_STORE_CTX *c = X509_STORE_CTX_new();
	int r;

	X509_STORE_CTX_init(c, SSL_CTX_get_cert_store(x), leaf, NULL);
	r = X509_verify_cert(c);
	X509_STORE_CTX_free(c);
	return r;
}

/* All authorities of ours have one name, so that each lookup finds several. */
static void only_whom_the_list_names_is_believed(void **state)
{
	AUTO_BUF struct buf list = BUF_INIT(LIST_MAX);
	struct ca *ca[AUTHORITIES];
	struct host host;
	char path[32];
	SSL_CTX *x = SSL_CTX_new(TLS_client_method());

	(void)state;
	assert_int_equal(host_parse("a.example", 9, &host), 0);
	for (int i = 0; i < AUTHORITIES; i++) {
		assert_int_equal(ca_new(&ca[i], NULL), 0);
		buf_str(&list,
			"# a comment\n-----BEGIN OTHER-----\nAAAA\n-----END OTHER-----\n"
			"-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n");
		if (i > 0)
			assert_int_equal(ca_pem(ca[i], &list), 0);
	}
	write_list(path, &list);
	assert_int_equal(roots_use(x, path), AUTHORITIES - 1);
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < AUTHORITIES; i++)
			assert_int_equal(believes(x, ca_leaf(ca[i], &host)), i > 0);
	unlink(path);
	SSL_CTX_free(x);
	for (int i = 0; i < AUTHORITIES; i++)
		ca_free(ca[i]);
}

static void certificates_that_are_cut_are_passed_over(void **state)
{
	AUTO_BUF struct buf pem = BUF_INIT(LIST_MAX);
	struct ca *ca = NULL;
	char path[32];

	(void)state;
	assert_int_equal(ca_new(&ca, NULL), 0);
	assert_int_equal(ca_pem(ca, &pem), 0);
	for (size_t n = 0; n + PEM_END < pem.n; n += 7) {
		struct buf cut = { .p = pem.p, .n = n };
		SSL_CTX *x = SSL_CTX_new(TLS_client_method());

		write_list(path, &cut);
		assert_int_equal(roots_use(x, path), 0);
		unlink(path);
		SSL_CTX_free(x);
	}
	ca_free(ca);
}

static void a_list_that_is_not_there_is_told(void **state)
{
	SSL_CTX *x = SSL_CTX_new(TLS_client_method());

	(void)state;
	assert_int_equal(roots_use(x, "/nowhere"), -ENOENT);
	SSL_CTX_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_whom_the_list_names_is_believed),
		cmocka_unit_test(certificates_that_are_cut_are_passed_over),
		cmocka_unit_test(a_list_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
