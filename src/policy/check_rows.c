/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of network.http or secrets must look like. */
#include "policy/check_rows.h"

#include <stdbool.h>
#include <string.h>

#include "base/host_rule.h"
#include "policy/host_name.h"

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define TOKEN UPPER LOWER DIGITS "!#$%&'*+-.^_`|~" /* RFC 9110 section 5.6.2 */

static bool is_of(const char *text, size_t n, const char *letters)
{
	return n > 0 && strspn(text, letters) >= n;
}

/* Visible ASCII alone: these words become lines of the proxy's configuration. */
static bool is_word(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			return false;
	return text[0] != '\0';
}

const char *check_http(const struct policy_http *h)
{
	if (host_pattern_check(h->host) < 0)
		return "host: is no host";
	for (size_t i = 0; i < h->methods.n; i++)
		if (!is_of(h->methods.v[i], strlen(h->methods.v[i]), UPPER "-"))
			return "methods: are words in capitals, such as GET";
	for (size_t i = 0; i < h->paths.n; i++)
		if (h->paths.v[i][0] != '/' || !is_word(h->paths.v[i]))
			return "paths: begin with / and hold no blanks, such as /repos/**";
	return NULL;
}

static bool is_flag(const char *text)
{
	return text == NULL || strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

static bool is_source(const char *from)
{
	size_t file = strlen(SECRET_FROM_FILE);
	size_t command = strlen(SECRET_FROM_COMMAND);

	if (strcmp(from, SECRET_FROM_ENV) == 0)
		return true;
	if (strncmp(from, SECRET_FROM_FILE, file) == 0)
		return from[file] == '/' || strncmp(from + file, "~/", 2) == 0;
	return strncmp(from, SECRET_FROM_COMMAND, command) == 0 && from[command] != '\0';
}

/* Each is one that the secret may go to, whatever else may be reached. */
static const char *check_hosts(const struct policy_list *hosts)
{
	struct host_rule rule;

	if (hosts->n == 0)
		return "hosts: name at least one";
	for (size_t i = 0; i < hosts->n; i++)
		if (host_rule_parse(hosts->v[i], strlen(hosts->v[i]), HOST_RULE_SECRET, &rule) < 0)
			return "hosts: one of them is no host";
	return NULL;
}

const char *check_secret(const struct policy_secret *s, const struct policy_secret *before,
			 size_t n)
{
	if (!is_of(s->name, strlen(s->name), UPPER LOWER DIGITS "_") || strspn(s->name, DIGITS) > 0)
		return "name: is to be that of a variable, such as GITHUB_TOKEN";
	for (size_t i = 0; i < n; i++)
		if (strcmp(before[i].name, s->name) == 0)
			return "name: there is another secret of this name";
	if (!is_source(s->from))
		return "from: is env, file:/PATH or command:WORDS";
	if (s->header != NULL && !is_of(s->header, strcspn(s->header, ":"), TOKEN))
		return "header: is a header, such as \"Authorization: Bearer {}\"";
	if (s->query != NULL && !is_of(s->query, strlen(s->query), TOKEN))
		return "query: is the name of a parameter";
	if (!is_flag(s->basic) || !is_flag(s->body))
		return "basic and body: are true or false";
	return check_hosts(&s->hosts);
}
