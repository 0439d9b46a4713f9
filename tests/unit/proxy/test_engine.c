/* SPDX-License-Identifier: Apache-2.0 */
/* Both kinds of HTTP behind one face: what they are at, and what was denied, told once. */
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "proxy/engine.h"

static const char text[] = "tiercel-proxy 1\nhttp a.com GET /ok\nend\n";

struct world {
	struct config config;
	struct budget budget;
	struct http_way way;
	struct engine e;
};

static void make(struct world *w)
{
	struct err e = { 0 };

	*w = (struct world){ 0 };
	assert_int_equal(config_parse(text, sizeof(text) - 1, &w->config, &e), 0);
	w->way = (struct http_way){ .config = &w->config,
				    .budget = &w->budget,
				    .host = { .name = { 5, "a.com" } },
				    .port = 443,
				    .is_tls = true };
	engine_init(&w->e, &w->way);
}

static void end(struct world *w)
{
	engine_done(&w->e);
	config_done(&w->config);
}

static int take(struct world *w, enum engine_side from, const char *p, size_t n)
{
	struct http_text t = { p, n };

	return engine_take(&w->e, from, &t, 0);
}

#define TAKE(w, from, text) take(w, from, text, sizeof(text) - 1)

static void http1_is_spoken_at_first(void **state)
{
	const struct http_judged *judged;
	struct world w;

	(void)state;
	make(&w);
	assert_int_equal(engine_state(&w.e), ENGINE_IDLE);
	assert_true(TAKE(&w, ENGINE_CLIENT, "GET /ok HTTP/1.1\r\nHost: a.com\r\n\r\n") > 0);
	assert_int_equal(engine_state(&w.e), ENGINE_BUSY);
	assert_true(engine_out(&w.e, ENGINE_SERVER)->n > 0);
	assert_true(TAKE(&w, ENGINE_SERVER, "HTTP/1.1 204 x\r\n\r\n") > 0);
	assert_int_equal(engine_state(&w.e), ENGINE_IDLE);
	assert_null(engine_denial(&w.e));
	assert_true(TAKE(&w, ENGINE_CLIENT, "GET /x HTTP/1.1\r\nHost: a.com\r\n\r\n") > 0);
	assert_int_equal(engine_state(&w.e), ENGINE_LAST);
	judged = engine_denial(&w.e);
	assert_non_null(judged);
	assert_int_equal(judged->kind, DENIAL_METHOD);
	assert_null(engine_denial(&w.e));
	end(&w);
}

static void http2_is_spoken_when_told(void **state)
{
	AUTO_BUF struct buf in = BUF_INIT(4096);
	AUTO_BUF struct buf block = BUF_INIT(4096);
	static const char *const fields[][2] = {
		{ ":method", "GET" },
		{ ":scheme", "https" },
		{ ":authority", "a.com" },
		{ ":path", "/x" },
	};
	struct world w;

	(void)state;
	make(&w);
	assert_int_equal(engine_speak_h2(&w.e), 0);
	assert_true(TAKE(&w, ENGINE_CLIENT, H2_PREFACE) > 0);
	assert_int_equal(engine_state(&w.e), ENGINE_IDLE);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		hpack_write(&(struct http_text){ fields[i][0], strlen(fields[i][0]) },
			    &(struct http_text){ fields[i][1], strlen(fields[i][1]) }, &block);
	h2_put_fields(1, H2_END_STREAM, &(struct http_text){ block.p, block.n }, &in);
	assert_int_equal(take(&w, ENGINE_CLIENT, in.p, in.n), in.n);
	assert_non_null(engine_denial(&w.e));
	assert_null(engine_denial(&w.e));
	assert_int_equal(engine_out(&w.e, ENGINE_CLIENT)->n, 0);
	assert_true(TAKE(&w, ENGINE_SERVER, "\0\0\0\4\0\0\0\0\0") > 0);
	assert_true(engine_out(&w.e, ENGINE_CLIENT)->n > 18);
	engine_server_end(&w.e);
	assert_int_equal(engine_state(&w.e), ENGINE_LAST);
	engine_server_end(&w.e);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http1_is_spoken_at_first),
		cmocka_unit_test(http2_is_spoken_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
