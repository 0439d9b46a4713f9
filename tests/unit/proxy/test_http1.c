/* SPDX-License-Identifier: Apache-2.0 */
/* Opened HTTP/1 streams: requests pass when they may, and nothing slips between them. */
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "proxy/http1.h"

#define ONE "1111111111111111111111111111111111111111"
#define NONE "0000000000000000000000000000000000000000"
#define TOKEN "placeholder-0"

static const char config_text[] = "tiercel-proxy 1\n"
				  "http a.com GET,POST /ok/**\n"
				  "git git.a.com /me/* create agent/*\n"
				  "secret 0 " TOKEN " header:X-Key,body s.a.com\n"
				  "end\n";

struct world {
	struct config config;
	struct http_text values[1];
	struct budget budget;
	struct http_way way;
	struct http1 h;
};

static void make(struct world *w, const char *host)
{
	struct err e = { 0 };

	*w = (struct world){ 0 };
	assert_int_equal(config_parse(config_text, sizeof(config_text) - 1, &w->config, &e), 0);
	w->values[0] = (struct http_text){ "real", 4 };
	w->way = (struct http_way){ .config = &w->config,
				    .values = w->values,
				    .budget = &w->budget,
				    .port = 443,
				    .is_tls = true };
	assert_int_equal(host_parse(host, strlen(host), &w->way.host), 0);
	http1_init(&w->h, &w->way);
}

static void end(struct world *w)
{
	http1_done(&w->h);
	config_done(&w->config);
}

/* Gives bytes in pieces as a connection would, untaken ones again; returns those that were taken.
 */
static size_t give(struct world *w, bool is_client, const char *p, size_t n, size_t step)
{
	size_t at = 0;

	for (size_t have = step; at < n; have += step) {
		size_t until = have < n ? have : n;
		int r = 1;

		while (at < until && r > 0) {
			r = is_client ? http1_client(&w->h, p + at, until - at, 0)
				      : http1_server(&w->h, p + at, until - at);
			assert_true(r >= 0);
			at += (size_t)r;
		}
		if (until == n && r == 0)
			break;
	}
	return at;
}

static void client(struct world *w, const char *text)
{
	(void)give(w, true, text, strlen(text), 5);
}

static void server(struct world *w, const char *text)
{
	(void)give(w, false, text, strlen(text), 5);
}

static void assert_out(struct buf *b, const char *wanted)
{
	assert_string_equal(b->p != NULL ? b->p : "", wanted);
	buf_done(b);
}

#define GET "GET /ok/x HTTP/1.1\r\nHost: a.com\r\n\r\n"
#define REPLY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void requests_pass_one_by_one(void **state)
{
	static const char two[] = GET GET;
	struct world w;

	(void)state;
	make(&w, "a.com");
	/* The second waits for the reply to the first. */
	assert_int_equal(give(&w, true, two, sizeof(two) - 1, 7), sizeof(GET) - 1);
	assert_out(&w.h.to_server, GET);
	server(&w, "HTTP/1.1 103 Early\r\n\r\n" REPLY);
	assert_out(&w.h.to_client, "HTTP/1.1 103 Early\r\n\r\n" REPLY);
	assert_int_equal(w.h.phase, HTTP1_HEAD);
	client(&w, "POST /ok/y HTTP/1.1\r\nHost: a.com\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "2\r\nhi\r\n0\r\n\r\n");
	assert_out(&w.h.to_server, "POST /ok/y HTTP/1.1\r\nHost: a.com\r\n"
				   "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
	server(&w, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall");
	http1_server_end(&w.h);
	assert_int_equal(w.h.phase, HTTP1_ENDED);
	assert_out(&w.h.to_client, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall");
	end(&w);
}

static void host_is_always_named(void **state)
{
	struct world w;

	(void)state;
	make(&w, "a.com");
	client(&w, "GET /ok/x HTTP/1.0\r\n\r\n");
	assert_out(&w.h.to_server, "GET /ok/x HTTP/1.0\r\nHost: a.com\r\n\r\n");
	end(&w);
}

static void denied(const char *host, const char *text, enum denial_kind kind)
{
	struct world w;

	make(&w, host);
	client(&w, text);
	assert_int_equal(w.h.phase, HTTP1_DENIED);
	assert_int_equal(w.h.judged.kind, kind);
	assert_true(w.h.judged.detail[0] != '\0');
	assert_int_equal(w.h.to_server.n, 0);
	assert_non_null(strstr(w.h.to_client.p, "x-proxy-error: "));
	end(&w);
}

static void what_may_not_is_denied(void **state)
{
	(void)state;
	denied("a.com", "GET /other HTTP/1.1\r\nHost: a.com\r\n\r\n", DENIAL_METHOD);
	denied("a.com", "PUT /ok/x HTTP/1.1\r\nHost: a.com\r\n\r\n", DENIAL_METHOD);
	denied("a.com", "GET /ok/../x HTTP/1.1\r\nHost: a.com\r\n\r\n", DENIAL_METHOD);
	denied("a.com", "GET /ok/x HTTP/1.1\r\nHost: b.com\r\n\r\n", DENIAL_MISMATCH);
	denied("a.com", "GET http://a.com/ok/x HTTP/1.1\r\nHost: a.com\r\n\r\n", DENIAL_MALFORMED);
	denied("a.com", "CONNECT a.com:443 HTTP/1.1\r\nHost: a.com\r\n\r\n", DENIAL_MALFORMED);
	denied("a.com", "GET /ok/x HTTP/1.1\nHost: a.com\n\n", DENIAL_MALFORMED);
	denied("a.com", "\x16\x03\x01", DENIAL_MALFORMED);
	denied("git.a.com", "POST /you/x/git-receive-pack HTTP/1.1\r\nHost: git.a.com\r\n\r\n",
	       DENIAL_PUSH);
}

#define PUSH_HEAD                                                                                  \
	"POST /me/x.git/git-receive-pack HTTP/1.1\r\nHost: git.a.com\r\n"                          \
	"Transfer-Encoding: chunked\r\n"
#define PUSH_BODY(ref)                                                                             \
	"6b\r\n006b" NONE " " ONE " refs/heads/" ref "\0"                                          \
	"\r\n8\r\n0000PACK\r\n"

static void pushes_are_held_until_they_are_judged(void **state)
{
	static const char good[] = PUSH_HEAD "\r\n" PUSH_BODY("agent/xyz") "0\r\n\r\n";
	static const char bad[] = PUSH_HEAD "\r\n" PUSH_BODY("main/xxxx") "0\r\n\r\n";
	struct world w;

	(void)state;
	make(&w, "git.a.com");
	assert_int_equal(give(&w, true, good, sizeof(PUSH_HEAD "\r\n") + 80, 9),
			 sizeof(PUSH_HEAD "\r\n") + 80);
	assert_int_equal(w.h.to_server.n, 0);
	http1_done(&w.h);
	http1_init(&w.h, &w.way);
	assert_int_equal(give(&w, true, good, sizeof(good) - 1, 9), sizeof(good) - 1);
	assert_int_equal(w.h.to_server.n, sizeof(good) - 1);
	assert_memory_equal(w.h.to_server.p, good, sizeof(good) - 1);
	http1_done(&w.h);
	http1_init(&w.h, &w.way);
	(void)give(&w, true, bad, sizeof(bad) - 1, 9);
	assert_int_equal(w.h.phase, HTTP1_DENIED);
	assert_int_equal(w.h.judged.kind, DENIAL_PUSH);
	assert_int_equal(w.h.to_server.n, 0);
	end(&w);
	denied("git.a.com", PUSH_HEAD "Content-Encoding: gzip\r\n\r\n", DENIAL_PUSH);
	denied("git.a.com", PUSH_HEAD "\r\n2\r\n00\r\n0\r\n\r\n", DENIAL_PUSH);
}

static void secrets_are_filled_in(void **state)
{
	struct world w;

	(void)state;
	make(&w, "s.a.com");
	client(&w, "POST / HTTP/1.1\r\nHost: s.a.com\r\nX-Key: " TOKEN "\r\n"
		   "Transfer-Encoding: chunked\r\n\r\n"
		   "4\r\nkey=\r\n4\r\nplac\r\n9\r\neholder-0\r\n0\r\n\r\n");
	assert_out(&w.h.to_server, "POST / HTTP/1.1\r\nHost: s.a.com\r\nX-Key: real\r\n"
				   "Content-Length: 8\r\n\r\nkey=real");
	assert_int_equal(w.h.filled, 2);
	assert_int_equal(w.h.stray, -1);
	server(&w, REPLY);
	client(&w, "GET / HTTP/1.1\r\nHost: s.a.com\r\nOther: " TOKEN "\r\n\r\n");
	assert_out(&w.h.to_server, "GET / HTTP/1.1\r\nHost: s.a.com\r\nOther: " TOKEN "\r\n\r\n");
	assert_int_equal(w.h.stray, 0);
	end(&w);
}

static void held_bodies_are_asked_for(void **state)
{
	struct world w;

	(void)state;
	make(&w, "s.a.com");
	client(&w, "POST / HTTP/1.1\r\nHost: s.a.com\r\nExpect: 100-continue\r\n"
		   "Content-Length: 3\r\n\r\n");
	assert_out(&w.h.to_client, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(w.h.to_server.n, 0);
	client(&w, "abc");
	assert_out(&w.h.to_server, "POST / HTTP/1.1\r\nHost: s.a.com\r\nExpect: 100-continue\r\n"
				   "Content-Length: 3\r\n\r\nabc");
	server(&w, "HTTP/1.1 100 Continue\r\n\r\n" REPLY);
	assert_out(&w.h.to_client, "HTTP/1.1 100 Continue\r\n\r\n" REPLY);
	end(&w);
	make(&w, "a.com");
	client(&w, "POST /ok/x HTTP/1.1\r\nHost: a.com\r\nExpect: 100-continue\r\n"
		   "Content-Length: 3\r\n\r\n");
	assert_out(&w.h.to_client, "");
	end(&w);
}

static void replies_cannot_be_slipped_in(void **state)
{
	static const char *const odd[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		"HTTP/1.1 101 Switching\r\n\r\n",
		"HTTP/1.1 200 OK\nX: y\r\n\r\n",
		"garbage\r\n\r\n",
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		make(&w, "a.com");
		client(&w, GET);
		server(&w, odd[i]);
		assert_int_equal(w.h.phase, HTTP1_DENIED);
		assert_int_equal(w.h.judged.kind, DENIAL_UPSTREAM);
		end(&w);
	}
	make(&w, "a.com");
	server(&w, REPLY);
	assert_int_equal(w.h.phase, HTTP1_ENDED);
	assert_int_equal(w.h.to_client.n, 0);
	end(&w);
	make(&w, "a.com");
	client(&w, GET);
	server(&w, REPLY REPLY);
	assert_int_equal(w.h.phase, HTTP1_ENDED);
	assert_out(&w.h.to_client, REPLY);
	end(&w);
	/* The reply comes before the body has ended: what is left of that begins no request. */
	make(&w, "a.com");
	client(&w, "POST /ok/x HTTP/1.1\r\nHost: a.com\r\nContent-Length: 100\r\n\r\n");
	server(&w, REPLY);
	assert_int_equal(w.h.phase, HTTP1_ENDED);
	end(&w);
	make(&w, "a.com");
	client(&w, GET);
	http1_server_end(&w.h);
	assert_int_equal(w.h.judged.kind, DENIAL_UPSTREAM);
	end(&w);
}

static void websockets_become_tunnels(void **state)
{
	struct world w;

	(void)state;
	make(&w, "a.com");
	client(&w, "GET /ok/x HTTP/1.1\r\nHost: a.com\r\nConnection: Upgrade\r\n"
		   "Upgrade: websocket\r\n\r\n");
	buf_done(&w.h.to_server);
	server(&w, "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\nfrom server");
	assert_int_equal(w.h.phase, HTTP1_TUNNEL);
	client(&w, "\x81\x01 from client");
	assert_out(&w.h.to_server, "\x81\x01 from client");
	assert_non_null(strstr(w.h.to_client.p, "from server"));
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_pass_one_by_one),
		cmocka_unit_test(host_is_always_named),
		cmocka_unit_test(what_may_not_is_denied),
		cmocka_unit_test(pushes_are_held_until_they_are_judged),
		cmocka_unit_test(secrets_are_filled_in),
		cmocka_unit_test(held_bodies_are_asked_for),
		cmocka_unit_test(replies_cannot_be_slipped_in),
		cmocka_unit_test(websockets_become_tunnels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
