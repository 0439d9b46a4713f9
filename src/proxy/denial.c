/* SPDX-License-Identifier: Apache-2.0 */
/* How a denial names itself to an HTTP client. */
#include "proxy/denial.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"

#define BODY_MAX 8192

static const struct {
	uint16_t status;
	const char *phrase;
	const char *code;
	const char *error;
	const char *rule; /* the field that would have to say more; NULL when none would help */
} kinds[DENIAL_END] = {
	[DENIAL_MISSING] = { 403, "Forbidden", "blocked-by-allowlist", "policy_denied",
			     "network.allow" },
	[DENIAL_DENIED] = { 403, "Forbidden", "blocked-by-denylist", "policy_denied", NULL },
	[DENIAL_ADDRESS] = { 403, "Forbidden", "blocked-by-address", "policy_denied",
			     "network.allow" },
	[DENIAL_METHOD] = { 403, "Forbidden", "blocked-by-method-policy", "policy_denied",
			    "network.http" },
	[DENIAL_PUSH] = { 403, "Forbidden", "blocked-by-method-policy", "policy_denied",
			  "git.push" },
	[DENIAL_MISMATCH] = { 403, "Forbidden", "blocked-by-policy", "policy_denied", NULL },
	[DENIAL_MALFORMED] = { 400, "Bad Request", "malformed-request", "malformed", NULL },
	[DENIAL_BUDGET] = { 429, "Too Many Requests", "blocked-by-budget", "budget_spent", NULL },
	[DENIAL_UPSTREAM] = { 502, "Bad Gateway", "upstream-failed", "upstream_failed", NULL },
};

uint16_t denial_status(enum denial_kind kind)
{
	return kinds[kind].status;
}

const char *denial_code(enum denial_kind kind)
{
	return kinds[kind].code;
}

/*
 * Appends a text as a JSON string. What is not plain text is escaped by the rules of the project
 * first, so that only quotes and backslashes are left to be told from JSON's own.
 */
static void add_string(struct buf *out, const char *text)
{
	AUTO_BUF struct buf plain = BUF_INIT(BODY_MAX);

	buf_str(out, "\"");
	if (escape_is_plain(text, strlen(text)))
		buf_str(&plain, text);
	else
		buf_escape(&plain, text, strlen(text));
	for (size_t i = 0; i < plain.n; i++) {
		if (plain.p[i] == '"' || plain.p[i] == '\\')
			buf_str(out, "\\");
		if (plain.p[i] == '\t')
			buf_str(out, "\\t");
		else
			buf_add(out, &plain.p[i], 1);
	}
	buf_str(out, "\"");
}

static void add_missing(const struct denial *d, struct buf *out)
{
	static const char option[] = "--allow ";
	AUTO_BUF struct buf rule = BUF_INIT(BODY_MAX);
	const char *field = kinds[d->kind].rule;

	if (field == NULL) {
		buf_str(out, "null");
		return;
	}
	buf_str(&rule, field);
	if (strncmp(d->flag, option, sizeof(option) - 1) == 0)
		buf_printf(&rule, ": %s", d->flag + sizeof(option) - 1);
	add_string(out, rule.p != NULL ? rule.p : field);
}

static void add_steps(const struct denial *d, struct buf *out)
{
	AUTO_BUF struct buf step = BUF_INIT(BODY_MAX);

	buf_str(out, "[");
	if (d->flag[0] != '\0') {
		buf_printf(&step, "ask the person who started this sandbox to allow it: %s",
			   d->flag);
		add_string(out, step.p != NULL ? step.p : "");
	} else if (kinds[d->kind].rule != NULL) {
		buf_printf(&step, "ask the person who started this sandbox for a rule of %s",
			   kinds[d->kind].rule);
		add_string(out, step.p != NULL ? step.p : "");
	}
	buf_str(out, "]");
}

void denial_body(const struct denial *d, struct buf *out)
{
	buf_printf(out, "{\"error\":\"%s\",\"detail\":", kinds[d->kind].error);
	add_string(out, d->detail);
	buf_str(out, ",\"host\":");
	add_string(out, d->host);
	buf_printf(out, ",\"port\":%u,\"rule_missing\":", d->port);
	add_missing(d, out);
	buf_str(out, ",\"next_steps\":");
	add_steps(d, out);
	buf_str(out, "}\n");
}

void denial_reply(const struct denial *d, bool is_head, struct buf *out)
{
	AUTO_BUF struct buf body = BUF_INIT(BODY_MAX);

	denial_body(d, &body);
	buf_printf(out,
		   "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
		   "Cache-Control: no-store\r\nx-proxy-error: %s\r\nConnection: close\r\n\r\n",
		   kinds[d->kind].status, kinds[d->kind].phrase, body.n, kinds[d->kind].code);
	if (!is_head)
		buf_add(out, body.p, body.n);
}
