/* SPDX-License-Identifier: Apache-2.0 */
/* Tells by a client's first bytes what it speaks, and whether that agrees with where it goes. */
#include "proxy/inspect.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "proxy/http_head.h"
#include "proxy/tls_hello.h"

#define TLS_HANDSHAKE 0x16
#define GIT_DIGITS 4

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

/* The word that Git's own protocol begins with: four digits and a command. */
static bool is_git(const struct http_text *word)
{
	static const char git[] = "git-";

	for (size_t i = 0; i < GIT_DIGITS; i++)
		if (i >= word->n || !isxdigit((unsigned char)word->p[i]))
			return false;
	return word->n > GIT_DIGITS + sizeof(git) - 1 &&
	       memcmp(word->p + GIT_DIGITS, git, sizeof(git) - 1) == 0;
}

/*
 * Whether a line, or what there is of it, may be a request to some server: a token comes first. Of
 * Git's protocol it is not once a NUL shows, as that has no line to wait for.
 */
static bool may_be_request(const uint8_t *p, size_t n)
{
	struct http_text word = { (const char *)p, 0 };

	while (word.n < n && p[word.n] != ' ' && p[word.n] != '\t')
		word.n++;
	if (word.n > 0 && !http_is_token(&word))
		return false;
	return !is_git(&word) || memchr(p, '\0', n) == NULL;
}

static enum inspect_result look_at_text(const uint8_t *p, size_t n, const char **ret_why)
{
	const uint8_t *newline;
	size_t len;

	/* Empty lines before a request are skipped by many servers. */
	while (n > 0 && (*p == '\r' || *p == '\n')) {
		p++;
		n--;
	}
	newline = n > 0 ? memchr(p, '\n', n) : NULL;
	len = newline != NULL ? (size_t)(newline - p) : n;
	if (len > 0 && p[len - 1] == '\r')
		len--;
	if (!may_be_request(p, len))
		return INSPECT_OTHER;
	if (newline == NULL)
		return INSPECT_MORE;
	if (!holds_version(p, len))
		return INSPECT_OTHER;
	if (len >= 14 && memcmp(p, "PRI * HTTP/2.0", 14) == 0)
		return bad(ret_why, "HTTP/2 without TLS is not passed on");
	return INSPECT_HTTP;
}

enum inspect_result inspect_first(const uint8_t *p, size_t n, const struct host_name *name,
				  const char **ret_why)
{
	enum inspect_result result;

	if (n == 0)
		return INSPECT_MORE;
	if (p[0] == TLS_HANDSHAKE)
		return look_at_tls(p, n, name, ret_why);
	if ((p[0] & 0x80) != 0 && n < 4)
		return INSPECT_MORE;
	if (is_old_hello(p, n) && name != NULL)
		return bad(ret_why, "TLS without a server name (SNI), in the form of SSL 2");
	result = look_at_text(p, n, ret_why);
	if (result == INSPECT_MORE && n >= INSPECT_MAX)
		return bad(ret_why, "the first line of the request does not end");
	return result;
}
