/* SPDX-License-Identifier: Apache-2.0 */
/* Judges one request of a stream that is looked at, by HTTP/1 or HTTP/2, by all rules for it. */
#include "proxy/http_judge.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "proxy/http_path.h"

#define SHOWN_MAX 120 /* bytes of a path or ref in a sentence */
#define PORT_HTTP 80
#define PORT_HTTPS 443

__attribute__((format(printf, 3, 4))) static void deny(struct http_judged *ret,
						       enum denial_kind kind, const char *fmt, ...)
{
	va_list ap;

	ret->is_allowed = false;
	ret->kind = kind;
	va_start(ap, fmt);
	/* A sentence that is cut is better than none. */
	vsnprintf(ret->detail, sizeof(ret->detail), fmt, ap);
	va_end(ap);
}

/* A text of the client's, escaped and cut, for a sentence. */
static void show(const struct http_text *t, char *ret, size_t n)
{
	AUTO_BUF struct buf out = BUF_INIT(SHOWN_MAX * 8);

	buf_escape(&out, t->p, t->n < SHOWN_MAX ? t->n : SHOWN_MAX);
	snprintf(ret, n, "%s%s", out.p != NULL ? out.p : "", t->n > SHOWN_MAX ? "..." : "");
}

static struct http_text query_of(const struct http_text *path)
{
	const char *mark = path->n > 0 ? memchr(path->p, '?', path->n) : NULL;

	if (mark == NULL)
		return (struct http_text){ path->p, 0 };
	return (struct http_text){ mark + 1, path->n - (size_t)(mark + 1 - path->p) };
}

static bool is_for_us(const struct http_way *way, const struct http_asked *asked)
{
	uint16_t usual = way->is_tls ? PORT_HTTPS : PORT_HTTP;
	uint16_t port = asked->port != 0 ? asked->port : usual;

	if (asked->host == NULL || way->host.is_address)
		return true;
	/* Clients leave a port out that is not the usual one, too; then it says nothing. */
	return host_is(asked->host, &way->host) && (asked->port == 0 || port == way->port);
}

static void judge_rules(const struct http_way *way, const struct http_asked *asked,
			struct http_judged *ret)
{
	struct http_request request = {
		.host = &way->host,
		.port = way->port,
		.method = asked->method,
		.path = asked->path,
		.has_override = asked->has_override,
	};
	char host[HOST_TEXT_MAX];
	char path[SHOWN_MAX * 4];
	char method[SHOWN_MAX * 4];

	host_print(&way->host, way->port, host);
	show(&asked->path, path, sizeof(path));
	show(&asked->method, method, sizeof(method));
	switch (http_rules_decide(way->config->http, way->config->n_http, &request)) {
	case HTTP_NOT_COVERED:
	case HTTP_ALLOWED:
		return;
	case HTTP_RULE_MISSING:
		deny(ret, DENIAL_METHOD, "no rule of network.http holds %s %s of %s", method, path,
		     host);
		return;
	case HTTP_PATH_UNCLEAR:
	case HTTP_VERDICT_END:
		deny(ret, DENIAL_METHOD, "servers would differ about the path %s of %s", path,
		     host);
		return;
	}
}

/* Reads a request as Git's; false when it cannot be read as one and is denied for that. */
static bool read_git(const struct http_text *method, const struct http_text *target,
		     struct http_path *path, struct git_request *ret)
{
	struct http_text query = query_of(target);

	return http_path_parse(target->p, target->n, path) == 0 &&
	       git_request_parse(method, path, &query, ret) == 0;
}

static void judge_git(const struct http_way *way, const struct http_asked *asked,
		      struct http_judged *ret)
{
	const struct config *c = way->config;
	struct git_target target = { &way->host, way->port, { "", 0 } };
	struct git_request request;
	struct http_path path;
	char repo[SHOWN_MAX * 4];

	if (!git_rules_cover(c->git, c->n_git, &target) || asked->path.n == 0)
		return;
	if (!read_git(&asked->method, &asked->path, &path, &request)) {
		deny(ret, DENIAL_PUSH, "the request could be a push in disguise");
		return;
	}
	if (request.service != GIT_PUSH)
		return;
	target.repo = request.repo;
	show(&request.repo, repo, sizeof(repo));
	if (git_rules_find(c->git, c->n_git, &target, NULL) == NULL)
		deny(ret, DENIAL_PUSH, "no rule allows to push to %s", repo);
	ret->is_push = !request.is_discovery;
}

/* Whether the server would send back what was filled in: RFC 9110 section 9.3.8. */
static bool is_echo(const struct http_way *way, const struct http_asked *asked)
{
	const struct config *c = way->config;

	return http_is(&asked->method, "TRACE") &&
	       secrets_cover(c->secrets, c->n_secrets, &way->host, way->port);
}

void http_judge(const struct http_way *way, const struct http_asked *asked, uint64_t now_ms,
		struct http_judged *ret)
{
	char asked_for[HOST_TEXT_MAX];
	char meant[HOST_TEXT_MAX];

	*ret = (struct http_judged){ .is_allowed = true };
	if (!is_for_us(way, asked)) {
		host_print(asked->host, asked->port, asked_for);
		host_print(&way->host, way->port, meant);
		deny(ret, DENIAL_MISMATCH, "a request for %s on a connection to %s", asked_for,
		     meant);
		return;
	}
	judge_rules(way, asked, ret);
	if (ret->is_allowed && is_echo(way, asked))
		deny(ret, DENIAL_METHOD, "TRACE would show the sandbox the secrets of the host");
	if (ret->is_allowed)
		judge_git(way, asked, ret);
	if (ret->is_allowed && budget_request(way->budget, now_ms) != BUDGET_OK)
		deny(ret, DENIAL_BUDGET, "the budget of requests is spent");
}

static const char *change_name(enum git_change change)
{
	switch (change) {
	case GIT_CREATE:
		return "create";
	case GIT_UPDATE:
		return "change";
	case GIT_DELETE:
		break;
	}
	return "delete";
}

int http_judge_push(const struct http_way *way, const struct http_text *path,
		    const struct http_text *body, struct http_judged *ret)
{
	struct git_target target = { &way->host, way->port, { "", 0 } };
	struct http_text post = { "POST", 4 };
	struct http_path decoded;
	struct git_request request;
	struct git_command command;
	char ref[SHOWN_MAX * 4];
	size_t at = 0;
	int r;

	*ret = (struct http_judged){ .is_allowed = true, .is_push = true };
	if (!read_git(&post, path, &decoded, &request)) {
		deny(ret, DENIAL_PUSH, "the request could be a push in disguise");
		return 1;
	}
	target.repo = request.repo;
	for (r = 1; r == 1 && ret->is_allowed;) {
		r = git_command_next((const uint8_t *)body->p, body->n, &at, &command);
		if (r != 1)
			break;
		if (git_rules_find(way->config->git, way->config->n_git, &target, &command) != NULL)
			continue;
		show(&command.ref, ref, sizeof(ref));
		deny(ret, DENIAL_PUSH, "no rule allows to %s %s", change_name(command.change), ref);
	}
	if (r == -EAGAIN)
		return 0;
	if (r < 0)
		deny(ret, DENIAL_PUSH, "the commands of the push cannot be read");
	return 1;
}

bool http_must_open(const struct config *config, const struct host *host, uint16_t port)
{
	struct git_target target = { host, port, { "", 0 } };

	return http_rules_cover(config->http, config->n_http, host, port) ||
	       git_rules_cover(config->git, config->n_git, &target) ||
	       secrets_cover(config->secrets, config->n_secrets, host, port);
}
