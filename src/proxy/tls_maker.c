/* SPDX-License-Identifier: Apache-2.0 */
/* What both ends of an opened stream are made from: our own authority, and the host's roots. */
#include "proxy/tls_maker.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "plan/egress.h"
#include "proxy/ca.h"

/*
 * As ALPN has it: each name behind its length. Clients are told no protocol, which they take for
 * HTTP/1.1. Source: RFC 7301 section 3.1.
 */
#define PROTOCOL "\x08http/1.1"
#define PROTOCOL_LEN 9
#define TLS12_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

struct tls_maker {
	struct ca *ca;
	SSL_CTX *serving;
	SSL_CTX *dialling; /* NULL until the first server is dialled */
};

/* The name in the hello was found to be the host's already, where the host has one. */
static int on_certificate(SSL *ssl, void *arg)
{
	struct tls_maker *m = arg;
	struct host host = *(const struct host *)SSL_get_app_data(ssl);
	const char *asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	X509 *leaf;

	if (host.is_address && asked != NULL &&
	    host_name_parse(asked, strlen(asked), &host.name) == 0)
		host.is_address = false;
	leaf = ca_leaf(m->ca, &host);
	return leaf != NULL && SSL_use_certificate(ssl, leaf) == 1 &&
	       SSL_use_PrivateKey(ssl, ca_leaf_key(m->ca)) == 1;
}

static SSL_CTX *context_new(const SSL_METHOD *method)
{
	SSL_CTX *x = SSL_CTX_new(method);

	if (x == NULL)
		return NULL;
	SSL_CTX_set_min_proto_version(x, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(x, TLS12_CIPHERS);
	/* Many servers end without saying so; where a reply's length is told it is still known. */
	SSL_CTX_set_options(x, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
				       SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(x, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				    SSL_MODE_RELEASE_BUFFERS);
	return x;
}

static int serving_make(struct tls_maker *m)
{
	m->serving = context_new(TLS_server_method());
	if (m->serving == NULL)
		return -ENOMEM;
	SSL_CTX_set_cert_cb(m->serving, on_certificate, m);
	SSL_CTX_set_session_cache_mode(m->serving, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(m->serving, 0);
	SSL_CTX_set_options(m->serving, SSL_OP_NO_TICKET);
	return 0;
}

int tls_maker_new(struct tls_maker **ret, struct err *e)
{
	struct tls_maker *m = calloc(1, sizeof(*m));
	int r;

	/* No configuration of OpenSSL's is there; nor shall one ever be looked for. */
	if (m == NULL || OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1) {
		free(m);
		return err_sys(e, -ENOMEM, "TLS");
	}
	r = ca_new(&m->ca, e);
	if (r == 0 && serving_make(m) < 0)
		r = err_sys(e, -ENOMEM, "TLS");
	if (r < 0)
		tls_maker_free(m);
	else
		*ret = m;
	return r;
}

void tls_maker_free(struct tls_maker *m)
{
	if (m == NULL)
		return;
	SSL_CTX_free(m->serving);
	SSL_CTX_free(m->dialling);
	ca_free(m->ca);
	free(m);
}

int tls_maker_pem(const struct tls_maker *m, struct buf *out)
{
	return ca_pem(m->ca, out);
}

static SSL *connected(SSL_CTX *x, int fd)
{
	SSL *ssl = SSL_new(x);

	if (ssl != NULL && SSL_set_fd(ssl, fd) == 1)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

SSL *tls_maker_serve(struct tls_maker *m, int fd, const struct host *host)
{
	SSL *ssl = connected(m->serving, fd);

	if (ssl == NULL)
		return NULL;
	SSL_set_app_data(ssl, (void *)(uintptr_t)host);
	SSL_set_accept_state(ssl);
	return ssl;
}

static SSL_CTX *dialling(struct tls_maker *m)
{
	SSL_CTX *x;

	if (m->dialling != NULL)
		return m->dialling;
	x = context_new(TLS_client_method());
	if (x == NULL || SSL_CTX_load_verify_file(x, EGRESS_ROOTS) != 1 ||
	    SSL_CTX_set_alpn_protos(x, (const unsigned char *)PROTOCOL, PROTOCOL_LEN) != 0) {
		SSL_CTX_free(x);
		return NULL;
	}
	SSL_CTX_set_verify(x, SSL_VERIFY_PEER, NULL);
	m->dialling = x;
	return x;
}

/* Source: SSL_set1_host(3), RFC 6066 section 3: addresses are no server names. */
static int expect(SSL *ssl, const struct host *host)
{
	struct host_name name = host->name; /* a copy, as the library's macro drops const */

	if (host->is_address)
		return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), host->addr.bytes,
						 host->addr.family == 4 ? 4 : 16);
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name.text) == 1 && SSL_set_tlsext_host_name(ssl, name.text) == 1;
}

SSL *tls_maker_dial(struct tls_maker *m, int fd, const struct host *host)
{
	SSL_CTX *x = dialling(m);
	SSL *ssl = x != NULL ? connected(x, fd) : NULL;

	if (ssl == NULL || !expect(ssl, host)) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_connect_state(ssl);
	return ssl;
}
