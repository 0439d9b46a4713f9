/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of the command. */
#include "sandbox/environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "plan/egress.h"
#include "tier/part_egress.h"
#include "tier/part_fs.h"

#define PROXY "http://127.0.0.1:" WORD(EGRESS_CLIENT_PORT)
#define WORD(n) WORD_OF(n)
#define WORD_OF(n) #n
#define NO_PROXY "localhost,127.0.0.1,::1"
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const char *environment_user(void)
{
	const char *user = getenv("USER");

	if (user == NULL || user[0] == '\0')
		user = getenv("LOGNAME");
	return user != NULL && user[0] != '\0' ? user : "user";
}

static size_t name_len(const char *pair)
{
	return strcspn(pair, "=");
}

/* Sets a pair, in place of an earlier one of the same name. */
static void set(const char **v, size_t *n, const char *pair)
{
	size_t len = name_len(pair);

	for (size_t i = 0; i < *n; i++) {
		if (strncmp(v[i], pair, len + 1) == 0) {
			v[i] = pair;
			return;
		}
	}
	v[(*n)++] = pair;
}

/* Whether a pattern such as LC_* names a variable. */
static bool passes(const struct policy_list *pass, const char *pair)
{
	size_t len = name_len(pair);

	for (size_t i = 0; i < pass->n; i++) {
		const char *pattern = pass->v[i];
		size_t n = strlen(pattern);

		if (n > 0 && pattern[n - 1] == '*' ? strncmp(pair, pattern, n - 1) == 0
						   : n == len && strncmp(pair, pattern, n) == 0)
			return true;
	}
	return false;
}

/* An agent is told of where its socket can be reached, without a word about the variable. */
static bool is_agent(const struct policy_list *sockets, const char *pair)
{
	static const char name[] = "SSH_AUTH_SOCK=";

	if (strncmp(pair, name, sizeof(name) - 1) != 0)
		return false;
	for (size_t i = 0; i < sockets->n; i++)
		if (strcmp(sockets->v[i], pair + sizeof(name) - 1) == 0)
			return true;
	return false;
}

/* The caller's PATH finds its tools where the policy shows them; what is not there is skipped
 * inside. */
static const char *path_of(struct arena *a)
{
	const char *path = getenv("PATH");

	return arena_printf(a, "PATH=%s", path != NULL && path[0] != '\0' ? path : PATH_DEFAULT);
}

/* Clients that know of proxies get their denials in words; others need none of these. */
static const char *const proxies[] = {
	"HTTP_PROXY=" PROXY, "http_proxy=" PROXY, "HTTPS_PROXY=" PROXY, "https_proxy=" PROXY,
	"ALL_PROXY=" PROXY,  "all_proxy=" PROXY,  "NO_PROXY=" NO_PROXY, "no_proxy=" NO_PROXY,
};

/* Where each client is told of authorities: all of them, or those to add to its own. */
static const char *const authorities[] = {
	"SSL_CERT_FILE=" PART_FS_ROOTS,		  "REQUESTS_CA_BUNDLE=" PART_FS_ROOTS,
	"CURL_CA_BUNDLE=" PART_FS_ROOTS,	  "GIT_SSL_CAINFO=" PART_FS_ROOTS,
	"CARGO_HTTP_CAINFO=" PART_FS_ROOTS,	  "PIP_CERT=" PART_FS_ROOTS,
	"AWS_CA_BUNDLE=" PART_FS_ROOTS,		  "DENO_CERT=" PART_FS_AUTHORITY,
	"NODE_EXTRA_CA_CERTS=" PART_FS_AUTHORITY,
};

int environment_make(const struct policy *p, struct tier_facts *f, struct arena *a)
{
	const char *fixed[] = {
		path_of(a),
		arena_printf(a, "HOME=%s", f->home),
		arena_printf(a, "USER=%s", f->user),
		arena_printf(a, "LOGNAME=%s", f->user),
		"SHELL=/bin/sh",
		"TMPDIR=/tmp",
		"TIERCEL=1",
		"container=tiercel",
	};
	size_t proxies_n = part_egress_is_open(p) ? ARRAY_LEN(proxies) : 0;
	size_t authorities_n = part_egress_opens(p) ? ARRAY_LEN(authorities) : 0;
	size_t count =
		ARRAY_LEN(fixed) + proxies_n + authorities_n + f->placeholders.n + p->env_set.n;
	const char **v;
	size_t n = 0;

	for (char **pair = environ; *pair != NULL; pair++)
		count++;
	v = arena_alloc(a, count * sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	for (char **pair = environ; *pair != NULL; pair++)
		if (strchr(*pair, '=') != NULL &&
		    (passes(&p->env_pass, *pair) || is_agent(&p->net_unix, *pair)))
			set(v, &n, *pair);
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		if (fixed[i] == NULL)
			return -ENOMEM;
		set(v, &n, fixed[i]);
	}
	for (size_t i = 0; i < proxies_n; i++)
		set(v, &n, proxies[i]);
	for (size_t i = 0; i < authorities_n; i++)
		set(v, &n, authorities[i]);
	for (size_t i = 0; i < f->placeholders.n; i++)
		set(v, &n, f->placeholders.v[i]);
	for (size_t i = 0; i < p->env_set.n; i++)
		set(v, &n, p->env_set.v[i]);
	f->env = (struct policy_list){ v, n };
	return 0;
}
