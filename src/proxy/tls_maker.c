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
#include "proxy/jks.h"
#include "proxy/roots.h"

/*
 * As ALPN has it: each name behind its length. Clients of HTTP/1.1 are told no protocol, which they
 * take for that. Source: RFC 7301 section 3.1.
 */
#define PROTOCOLS "\x02h2\x08http/1.1"
#define H2_LEN 3
#define PROTOCOLS_LEN 12
#define TLS12_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

struct tls_maker {
	struct ca *ca;
	SSL_CTX *serving;
	SSL_CTX *serving_h2;
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

/* What OpenSSL hands to whoever chooses a protocol: SSL_CTX_set_alpn_select_cb(3). */
#define ALPN_OFFER                                                                                 \
	SSL *ssl, const unsigned char **ret, unsigned char *ret_n, const unsigned char *offer,     \
		unsigned int n, void *arg

/* Chooses HTTP/2, which the server has agreed to. */
static int on_protocols(ALPN_OFFER)
{
	unsigned char *chosen = NULL;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, ret_n, (const unsigned char *)PROTOCOLS, H2_LEN, offer,
				  n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*ret = chosen;
	return SSL_TLSEXT_ERR_OK;
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

static SSL_CTX *serving_new(struct tls_maker *m)
{
	SSL_CTX *x = context_new(TLS_server_method());

	if (x == NULL)
		return NULL;
	SSL_CTX_set_cert_cb(x, on_certificate, m);
	SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(x, 0);
	SSL_CTX_set_options(x, SSL_OP_NO_TICKET);
	return x;
}

static int serving_make(struct tls_maker *m)
{
	m->serving = serving_new(m);
	m->serving_h2 = serving_new(m);
	if (m->serving == NULL || m->serving_h2 == NULL)
		return -ENOMEM;
	SSL_CTX_set_alpn_select_cb(m->serving_h2, on_protocols, NULL);
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
	SSL_CTX_free(m->serving_h2);
	SSL_CTX_free(m->dialling);
	ca_free(m->ca);
	free(m);
}

int tls_maker_pem(const struct tls_maker *m, struct buf *out)
{
	return ca_pem(m->ca, out);
}

int tls_maker_java(const struct tls_maker *m, struct buf *out)
{
	return jks_build(EGRESS_ROOTS, m->ca, out);
}

static SSL *connected(SSL_CTX *x, int fd)
{
	SSL *ssl = SSL_new(x);

	if (ssl != NULL && SSL_set_fd(ssl, fd) == 1)
		return ssl;
	SSL_free(ssl);
	return NULL;
}

SSL *tls_maker_serve(struct tls_maker *m, int fd, const struct host *host, bool is_h2)
{
	SSL *ssl = connected(is_h2 ? m->serving_h2 : m->serving, fd);

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
	if (x == NULL || roots_use(x, EGRESS_ROOTS) <= 0) {
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
	if (host->is_address)
		return X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), host->addr.bytes,
						 host->addr.family == 4 ? 4 : 16);
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	/* The macro for this casts const away, so what it stands for is written out. */
	return SSL_set1_host(ssl, host->name.text) == 1 &&
	       SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
			(void *)(uintptr_t)host->name.text) == 1;
}

/* Offers HTTP/1.1, and HTTP/2 before it. */
static bool offer(SSL *ssl, bool has_h2)
{
	const unsigned char *p = (const unsigned char *)PROTOCOLS;

	return (has_h2 ? SSL_set_alpn_protos(ssl, p, PROTOCOLS_LEN)
		       : SSL_set_alpn_protos(ssl, p + H2_LEN, PROTOCOLS_LEN - H2_LEN)) == 0;
}

SSL *tls_maker_dial(struct tls_maker *m, int fd, const struct host *host, bool has_h2)
{
	SSL_CTX *x = dialling(m);
	SSL *ssl = x != NULL ? connected(x, fd) : NULL;

	if (ssl == NULL || !expect(ssl, host) || !offer(ssl, has_h2)) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_connect_state(ssl);
	return ssl;
}
