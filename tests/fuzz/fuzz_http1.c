/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes from client and server in turn: every head that goes on is one that the rules hold. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "proxy/http1.h"

#define TURN 0x1e /* a byte that no head may hold: the other side goes on behind it */

static const char text[] = "tiercel-proxy 1\n"
			   "http a.com GET,POST /ok/**\n"
			   "git a.com /ok/* create agent/*\n"
			   "secret 0 placehol header:X,body a.com\n"
			   "end\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes a turn's bytes; false when the connection is over, or some would have to be kept. */
static bool take(struct http1 *h, bool is_client, const char *p, size_t n)
{
	size_t at = 0;
	int r = 1;

	while (at < n && r > 0) {
		r = is_client ? http1_client(h, p + at, n - at, 0)
			      : http1_server(h, p + at, n - at);
		if (r > (int)(n - at))
			abort();
		at += r > 0 ? (size_t)r : 0;
	}
	return r >= 0 && at == n && h->phase != HTTP1_DENIED && h->phase != HTTP1_ENDED &&
	       h->phase != HTTP1_TUNNEL;
}

/* What went to the server since the last reply begins with a head that may pass. */
static void check_sent(struct http1 *h, const struct config *config)
{
	struct http_head head = { 0 };
	struct http_request request = { .host = &h->way->host, .port = 443 };

	if (h->to_server.n == 0)
		return;
	if (http_head_parse(h->to_server.p, h->to_server.n, &head) != HTTP_HEAD_WHOLE ||
	    !host_is(&head.host, &h->way->host))
		abort();
	request.method = head.method;
	request.path = head.path;
	if (http_rules_decide(config->http, config->n_http, &request) != HTTP_ALLOWED)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_text value = { "real", 4 };
	struct http_way way = { .values = &value, .port = 443, .is_tls = true };
	struct budget budget = { 0 };
	struct config config;
	struct http1 h;
	bool is_client = true;
	size_t at = 0;

	if (config_parse(text, sizeof(text) - 1, &config, NULL) < 0)
		abort();
	way.config = &config;
	way.budget = &budget;
	way.host = (struct host){ .name = { 5, "a.com" } };
	http1_init(&h, &way);
	while (at < size) {
		const uint8_t *turn = memchr(data + at, TURN, size - at);
		size_t n = turn != NULL ? (size_t)(turn - data) - at : size - at;

		if (!take(&h, is_client, (const char *)data + at, n))
			break;
		/* A body that follows its head at once is not looked at here. */
		if (is_client && h.phase == HTTP1_WAIT)
			check_sent(&h, &config);
		if (h.phase == HTTP1_HEAD)
			h.to_server.n = 0;
		is_client = !is_client;
		at += n + 1;
	}
	http1_server_end(&h);
	http1_done(&h);
	config_done(&config);
	return 0;
}
