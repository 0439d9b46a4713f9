/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy's configuration: lines of words, read strictly, all of it or nothing. */
#ifndef PROXY_CONFIG_H
#define PROXY_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "proxy/budget.h"
#include "proxy/git_rule.h"
#include "proxy/http_rule.h"
#include "proxy/rules.h"
#include "proxy/secret.h"

#define CONFIG_BYTES_MAX (4u << 20)
#define CONFIG_SERVERS_MAX 3

struct err;

/* A port of the host that leads to a port inside. */
struct publish {
	struct addr addr;
	uint16_t port;
	uint16_t inner_port;
};

struct server {
	struct addr addr;
	uint16_t port;
};

/* All of it, made and freed whole; @log_fd is -1 when there is none. */
struct config {
	struct arena arena;
	struct rules rules;
	const struct http_rule *http;
	const struct git_rule *git;
	const struct secret *secrets;
	const struct publish *publish;
	const uint16_t *loopback;
	size_t n_http, n_git, n_secrets, n_publish, n_loopback, n_servers;
	struct server servers[CONFIG_SERVERS_MAX];
	struct budget_limits limits;
	int log_fd;
};

/*
 * config_parse - read a configuration. Each line is words of visible ASCII with one space between:
 *
 *   tiercel-proxy 1                                  first
 *   allow PATTERN | deny PATTERN                     base/host_rule.h
 *   http PATTERN *|METHOD,… [PATH…]                  http_rule.h
 *   git PATTERN REPO create|update|delete REF…       git_rule.h
 *   secret ID PLACEHOLDER WHERE,… PATTERN…           header:NAME, basic, query:NAME, body
 *   budget NAME NUMBER                               budget.h: bytes, host-bytes, connections,
 *                                                    requests, requests-burst, dns, dns-burst,
 * dns-names loopback PORT | publish ADDRESS:PORT PORT | dns ADDRESS:PORT | log FD end last, so that
 * nothing was cut off
 *
 * Returns 0; -EINVAL with the line and what would be right in @e; -E2BIG; -ENOMEM. On failure
 * @ret is empty: a proxy that cannot read its rules allows nothing.
 */
int config_parse(const char *p, size_t n, struct config *ret, struct err *e);

void config_done(struct config *c);

#endif
