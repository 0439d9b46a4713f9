/* SPDX-License-Identifier: Apache-2.0 */
/* Tells by a client's first bytes what it speaks, and whether that agrees with where it goes. */
#include "proxy/inspect.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "proxy/http_head.h"
#include "proxy/tls_hello.h"

#define TLS_HANDSHAKE 0x16

static enum inspect_result bad(const char **ret, const char *why)
{
	*ret = why;
	return INSPECT_BAD;
}

static enum inspect_result look_at_tls(const uint8_t *p, size_t n, const struct host_name *name,
				       const char **ret_why)
{
	struct tls_hello hello;

	switch (tls_hello_parse(p, n, &hello)) {
	case TLS_HELLO_MORE:
		if (n >= INSPECT_MAX)
			return bad(ret_why, "the TLS ClientHello does not end");
		return INSPECT_MORE;
	case TLS_HELLO_MALFORMED:
	case TLS_HELLO_END:
		return bad(ret_why, hello.why != NULL ? hello.why : "malformed TLS");
	case TLS_HELLO_NO_NAME:
		if (name == NULL)
			return INSPECT_TLS;
		return bad(ret_why, "TLS without a server name (SNI)");
	case TLS_HELLO_NAME:
		break;
	}
	if (name == NULL)
		return INSPECT_TLS;
	if (!host_name_is(&hello.name, name))
		return bad(ret_why,
			   "the server name of TLS (SNI) is not the name that was connected to");
	if (hello.has_ech)
		return bad(ret_why,
			   "the TLS ClientHello is encrypted (ECH), so its server name is hidden");
	return INSPECT_TLS;
}

/* SSL 2 has no server name, but servers may still take its hello for a newer protocol. */
static bool is_old_hello(const uint8_t *p, size_t n)
{
	return n >= 4 && (p[0] & 0x80) != 0 && p[2] == 1 && p[3] == 3;
}

static bool holds_version(const uint8_t *p, size_t n)
{
	static const char version[] = "HTTP/";
	size_t len = sizeof(version) - 1;

	for (size_t i = 0; i + len <= n; i++)
		if (strncasecmp((const char *)p + i, version, len) == 0)
			return true;
	return false;
}

/* Whether a line may yet become a request: a token, then white space, then no NUL. */
static bool is_request_so_far(const uint8_t *p, size_t n)
{
	struct http_text word = { (const char *)p, 0 };

	while (word.n < n && p[word.n] != ' ' && p[word.n] != '\t')
		word.n++;
	if (word.n > HTTP_METHOD_MAX || (word.n > 0 && !http_is_token(&word)))
		return false;
	return memchr(p, '\0', n) == NULL;
}

static enum inspect_result look_at_text(const uint8_t *p, size_t n, const char **ret_why)
{
	size_t from = 0;
	const uint8_t *newline;

	/* Empty lines before a request are skipped by many servers. */
	while (from < n && (p[from] == '\r' || p[from] == '\n'))
		from++;
	newline = memchr(p + from, '\n', n - from);
	if (newline != NULL) {
		if (!holds_version(p + from, (size_t)(newline - p) - from))
			return INSPECT_OTHER;
		if (n - from >= 14 && memcmp(p + from, "PRI * HTTP/2.0", 14) == 0)
			return bad(ret_why, "HTTP/2 without TLS is not passed on");
		return INSPECT_HTTP;
	}
	if (!is_request_so_far(p + from, n - from))
		return INSPECT_OTHER;
	if (n >= INSPECT_MAX)
		return bad(ret_why, "the first line of the request does not end");
	return INSPECT_MORE;
}

enum inspect_result inspect_first(const uint8_t *p, size_t n, const struct host_name *name,
				  const char **ret_why)
{
	if (n == 0)
		return INSPECT_MORE;
	if (p[0] == TLS_HANDSHAKE)
		return look_at_tls(p, n, name, ret_why);
	if ((p[0] & 0x80) != 0 && n < 4)
		return INSPECT_MORE;
	if (is_old_hello(p, n) && name != NULL)
		return bad(ret_why, "TLS without a server name (SNI), in the form of SSL 2");
	return look_at_text(p, n, ret_why);
}
