/* SPDX-License-Identifier: Apache-2.0 */
/* Git's smart HTTP: what a request is for, and the commands of a push. */
#ifndef PROXY_GIT_REQUEST_H
#define PROXY_GIT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/http_field.h"
#include "proxy/http_path.h"

#define GIT_LINE_MAX 65520 /* bytes of one packet line, its length included */

enum git_service { GIT_NONE, GIT_FETCH, GIT_PUSH };

/* What a push wants of one ref. */
enum git_change {
	GIT_CREATE,
	GIT_UPDATE, /* forward or back: the commands do not tell */
	GIT_DELETE
};

/* @repo points into the path that was given: the repository's, without .git at its end. */
struct git_request {
	enum git_service service;
	bool is_discovery; /* asks for the refs only; the push itself is a request of its own */
	struct http_text repo;
};

struct git_command {
	enum git_change change;
	struct http_text ref;
};

/*
 * git_request_parse - what a request is for.
 * @path:  of the request, read by http_path_parse
 * @query: behind the question mark, as it was sent; empty when there is none
 *
 * Returns 0, with GIT_NONE for what is not Git's; -EBADMSG when it is Git's in a way that could be
 * read otherwise: another method than the protocol's, a service named twice or encoded.
 * Source: Git's gitprotocol-http(5).
 */
int git_request_parse(const struct http_text *method, const struct http_path *path,
		      const struct http_text *query, struct git_request *ret);

/*
 * git_command_next - the next command of a push.
 * @p, @n: the body so far, without transfer coding; Git never compresses that of a push
 * @at:    where to read; moved behind the line. 0 at first
 *
 * Returns 1 for a command; 0 at the end of the commands, what follows is options and the pack;
 * -EAGAIN when the line is not whole; -EOPNOTSUPP for a signed push, whose commands stand in its
 * certificate; -EBADMSG. Source: Git's gitprotocol-pack(5), git-check-ref-format(1).
 */
int git_command_next(const uint8_t *p, size_t n, size_t *at, struct git_command *ret);

#endif
