/* SPDX-License-Identifier: Apache-2.0 */
/* One end of a TLS connection on a socket that never blocks. */
#include "proxy/tls.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

/* Certificates fail for reasons that people can do something about. */
static const char *reason(const struct tls *t)
{
	unsigned long code = ERR_peek_last_error();
	long verified = SSL_get_verify_result(t->ssl);
	const char *text = code != 0 ? ERR_reason_error_string(code) : NULL;

	if (verified != X509_V_OK)
		return X509_verify_cert_error_string(verified);
	return text != NULL ? text : "the connection ended";
}

/* What a call that returned @r means; EAGAIN stands for either direction. */
static int failure(struct tls *t, int r)
{
	int what = SSL_get_error(t->ssl, r);

	if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	if (what == SSL_ERROR_ZERO_RETURN)
		return 0;
	snprintf(t->why, sizeof(t->why), "%s", reason(t));
	return -EPROTO;
}

int tls_shake(struct tls *t)
{
	int r;

	if (t->is_up)
		return 0;
	ERR_clear_error();
	r = SSL_do_handshake(t->ssl);
	if (r == 1) {
		t->is_up = true;
		return 0;
	}
	r = failure(t, r);
	return r == 0 ? -EPROTO : r;
}

ssize_t tls_read(struct tls *t, void *p, size_t n)
{
	int r;

	ERR_clear_error();
	r = SSL_read(t->ssl, p, n < INT_MAX ? (int)n : INT_MAX);
	return r > 0 ? r : failure(t, r);
}

ssize_t tls_write(struct tls *t, const void *p, size_t n)
{
	int r;

	ERR_clear_error();
	r = SSL_write(t->ssl, p, n < INT_MAX ? (int)n : INT_MAX);
	if (r > 0)
		return r;
	r = failure(t, r);
	return r == 0 ? -EPROTO : r;
}

bool tls_speaks_h2(const struct tls *t)
{
	const unsigned char *p = NULL;
	unsigned int n = 0;

	SSL_get0_alpn_selected(t->ssl, &p, &n);
	return n == 2 && memcmp(p, "h2", 2) == 0;
}

void tls_end(struct tls *t)
{
	if (t->ssl == NULL || !t->is_up)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(t->ssl);
}

void tls_done(struct tls *t)
{
	SSL_free(t->ssl);
	*t = (struct tls){ 0 };
}
