/* SPDX-License-Identifier: Apache-2.0 */
/* Git's smart HTTP: what a request is for, and the commands of a push. */
#include "proxy/git_request.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

#define LENGTH_DIGITS 4
#define SHA1_DIGITS 40
#define SHA256_DIGITS 64

static bool text_is(const struct http_text *t, const char *word)
{
	return t->n == strlen(word) && memcmp(t->p, word, t->n) == 0;
}

/* Cuts @end off; false when the text does not end so. */
static bool take_end(struct http_text *t, const char *end)
{
	size_t n = strlen(end);

	if (t->n < n || memcmp(t->p + t->n - n, end, n) != 0)
		return false;
	t->n -= n;
	return true;
}

/* The service that a query names, plainly and once. */
static int service_of(const struct http_text *query, enum git_service *ret)
{
	static const char name[] = "service=";
	struct http_text rest = *query;

	*ret = GIT_FETCH;
	/* Without a service it is the old protocol, which only reads. */
	if (rest.n == 0)
		return 0;
	if (memchr(rest.p, '%', rest.n) != NULL || memchr(rest.p, '+', rest.n) != NULL ||
	    memchr(rest.p, ';', rest.n) != NULL)
		return -EBADMSG;
	if (memmem(rest.p, rest.n, "service", 7) == NULL)
		return 0;
	if (rest.n < sizeof(name) || memcmp(rest.p, name, sizeof(name) - 1) != 0)
		return -EBADMSG;
	rest.p += sizeof(name) - 1;
	rest.n -= sizeof(name) - 1;
	if (text_is(&rest, "git-upload-pack"))
		return 0;
	*ret = GIT_PUSH;
	return text_is(&rest, "git-receive-pack") ? 0 : -EBADMSG;
}

int git_request_parse(const struct http_text *method, const struct http_path *path,
		      const struct http_text *query, struct git_request *ret)
{
	struct git_request request = { .repo = { path->text, path->n } };
	const char *wanted = "POST";

	if (take_end(&request.repo, "/git-receive-pack")) {
		request.service = GIT_PUSH;
	} else if (take_end(&request.repo, "/git-upload-pack")) {
		request.service = GIT_FETCH;
	} else if (take_end(&request.repo, "/info/refs")) {
		request.is_discovery = true;
		wanted = "GET";
		if (service_of(query, &request.service) < 0)
			return -EBADMSG;
	}
	if (request.service != GIT_NONE && !text_is(method, wanted))
		return -EBADMSG;
	(void)take_end(&request.repo, ".git");
	*ret = request;
	return 0;
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Reads a packet's length: 0 for a flush; -EAGAIN, -EBADMSG. */
static int line_length(const uint8_t *p, size_t n)
{
	int length = 0;

	for (size_t i = 0; i < LENGTH_DIGITS; i++) {
		int digit;

		if (i == n)
			return -EAGAIN;
		/* Git reads either case. */
		digit = hex(p[i] >= 'A' && p[i] <= 'F' ? (uint8_t)(p[i] + 32) : p[i]);
		if (digit < 0)
			return -EBADMSG;
		length = length * 16 + digit;
	}
	if (length == 0)
		return 0;
	return length > LENGTH_DIGITS && length <= GIT_LINE_MAX ? length : -EBADMSG;
}

/* Cuts an object's name and the space behind it off; 0 digits when there is none. */
static size_t take_object(struct http_text *line, bool *ret_is_zero)
{
	size_t n = 0;

	*ret_is_zero = true;
	for (; n < line->n && hex((uint8_t)line->p[n]) >= 0; n++)
		*ret_is_zero = *ret_is_zero && line->p[n] == '0';
	if ((n != SHA1_DIGITS && n != SHA256_DIGITS) || n == line->n || line->p[n] != ' ')
		return 0;
	line->p += n + 1;
	line->n -= n + 1;
	return n;
}

static bool is_ref(const struct http_text *t)
{
	static const char start[] = "refs/";

	if (t->n < sizeof(start) || memcmp(t->p, start, sizeof(start) - 1) != 0)
		return false;
	for (size_t i = 0; i < t->n; i++) {
		unsigned char c = (unsigned char)t->p[i];
		int next = i + 1 < t->n ? t->p[i + 1] : '/';

		if (c <= 0x20 || c == 0x7f || strchr("~^:?*[\\", c) != NULL)
			return false;
		if ((c == '/' && (next == '/' || next == '.')) || (c == '.' && next == '.') ||
		    (c == '@' && next == '{'))
			return false;
	}
	return t->p[t->n - 1] != '.';
}

static int parse_command(struct http_text line, struct git_command *ret)
{
	const char *nul = memchr(line.p, '\0', line.n);
	struct git_command command = { .change = GIT_UPDATE };
	bool no_old;
	bool no_new;
	size_t old;

	/* Behind the NUL stand the capabilities of the client. */
	if (nul != NULL)
		line.n = (size_t)(nul - line.p);
	(void)take_end(&line, "\n");
	if (line.n >= 9 && memcmp(line.p, "push-cert", 9) == 0)
		return -EOPNOTSUPP;
	old = take_object(&line, &no_old);
	if (old == 0 || take_object(&line, &no_new) != old || (no_old && no_new) || !is_ref(&line))
		return -EBADMSG;
	if (no_old)
		command.change = GIT_CREATE;
	else if (no_new)
		command.change = GIT_DELETE;
	command.ref = line;
	*ret = command;
	return 1;
}

int git_command_next(const uint8_t *p, size_t n, size_t *at, struct git_command *ret)
{
	for (;;) {
		int length = line_length(p + *at, n - *at);
		struct http_text line;

		if (length < 0)
			return length;
		if (length == 0) {
			*at += LENGTH_DIGITS;
			return 0;
		}
		if ((size_t)length > n - *at)
			return -EAGAIN;
		line.p = (const char *)p + *at + LENGTH_DIGITS;
		line.n = (size_t)length - LENGTH_DIGITS;
		*at += (size_t)length;
		/* A shallow clone says first where it ends. */
		if (line.n < 8 || memcmp(line.p, "shallow ", 8) != 0)
			return parse_command(line, ret);
	}
}
