/* SPDX-License-Identifier: Apache-2.0 */
/* Opened HTTP/2 streams: requests are judged one by one, and what is denied never goes on. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "proxy/h2.h"

#define TOKEN "placeholder-0"
#define OUT_MAX (1u << 20)

static const char config_text[] = "tiercel-proxy 1\n"
				  "http a.com GET,POST /ok/**\n"
				  "git git.a.com /me/* create agent/*\n"
				  "secret 0 " TOKEN " header:X-Key,query:k a.com\n"
				  "secret 1 other-holder body b.com\n"
				  "end\n";

struct world {
	struct config config;
	struct http_text values[2];
	struct budget budget;
	struct http_way way;
	struct h2 h;
	struct buf in; /* being put together for one side */
};

static struct world *make(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct err e = { 0 };

	assert_non_null(w);
	assert_int_equal(config_parse(config_text, sizeof(config_text) - 1, &w->config, &e), 0);
	w->values[0] = (struct http_text){ "real", 4 };
	w->values[1] = w->values[0];
	w->way = (struct http_way){ .config = &w->config,
				    .values = w->values,
				    .budget = &w->budget,
				    .port = 443,
				    .is_tls = true };
	assert_int_equal(host_parse("a.com", 5, &w->way.host), 0);
	h2_init(&w->h, &w->way);
	w->in = BUF_INIT(OUT_MAX);
	return w;
}

static void end(struct world *w)
{
	h2_done(&w->h);
	config_done(&w->config);
	buf_done(&w->in);
	free(w);
}

/* Gives what was put together to one side, in pieces; returns whether all was taken. */
static bool give(struct world *w, bool is_client)
{
	size_t at = 0;

	for (size_t have = 7; at < w->in.n && w->h.phase != H2_ENDED; have += 7) {
		size_t until = have < w->in.n ? have : w->in.n;
		int r = 1;

		while (at < until && r > 0) {
			r = is_client ? h2_client(&w->h, w->in.p + at, until - at, 0)
				      : h2_server(&w->h, w->in.p + at, until - at);
			assert_true(r >= 0);
			at += (size_t)r;
		}
		if (until == w->in.n && r == 0)
			break;
	}
	buf_done(&w->in);
	return w->h.phase != H2_ENDED;
}

/* Puts a frame together; the payload of PUT is a string constant. */
#define PUT(w, type, flags, stream, text) PUT_BYTES(w, type, flags, stream, text, sizeof(text) - 1)
#define PUT_BYTES(w, type, flags, stream, p, n)                                                    \
	h2_put(&(struct h2_frame){ type, flags, stream, { p, n } }, &(w)->in)

static void add(struct buf *block, const char *name, const char *value)
{
	hpack_write(&(struct http_text){ name, strlen(name) },
		    &(struct http_text){ value, strlen(value) }, block);
}

/* A request; @name and @value are one more field, or NULL. */
static void ask(struct world *w, uint32_t stream, uint8_t flags, const char *path, const char *more)
{
	AUTO_BUF struct buf block = BUF_INIT(OUT_MAX);

	add(&block, ":method", "POST");
	add(&block, ":scheme", "https");
	add(&block, ":authority", "a.com");
	add(&block, ":path", path);
	if (more != NULL)
		add(&block, more, strcmp(more, "host") == 0 ? "b.com" : TOKEN);
	h2_put_fields(stream, flags, &(struct http_text){ block.p, block.n }, &w->in);
}

static void start_client(struct world *w)
{
	buf_str(&w->in, H2_PREFACE);
	PUT(w, H2_SETTINGS, 0, 0, "\0\2\0\0\0\1\0\5\0\xff\xff\xff\0\4\0\1\0\0");
	assert_true(give(w, true));
}

static void start(struct world *w)
{
	start_client(w);
	PUT(w, H2_SETTINGS, 0, 0, "");
	assert_true(give(w, false));
	buf_done(&w->h.to_client);
}

/* The frames in a buffer, as letters and streams: "S0 H1 D1"; empties it. */
static void assert_frames(struct buf *b, const char *wanted)
{
	static const char letters[] = "DHPRSXpGWC";
	AUTO_BUF struct buf got = BUF_INIT(OUT_MAX);
	size_t at = 0;
	struct h2_frame f;

	while (at < b->n) {
		int r = h2_frame_parse(b->p + at, b->n - at, &f);

		assert_true(r > 0);
		buf_printf(&got, "%s%c%u", got.n > 0 ? " " : "", letters[f.type], f.stream);
		at += (size_t)r;
	}
	assert_string_equal(got.p != NULL ? got.p : "", wanted);
	buf_done(b);
}

/* What the fields of the first HEADERS in a buffer say. */
static void first_fields(const struct buf *b, struct buf *ret)
{
	AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
	struct hpack *hpack = calloc(1, sizeof(*hpack));
	struct h2_frame f = { 0 };
	struct http_field field;
	size_t at = 0;

	assert_non_null(hpack);
	while (f.type != H2_HEADERS)
		at += (size_t)h2_frame_parse(b->p + at, b->n - at, &f);
	hpack_init(hpack, HPACK_TABLE_MAX);
	assert_int_equal(hpack_read(hpack, (const uint8_t *)f.payload.p, f.payload.n, &fields), 0);
	for (at = 0; hpack_next(&fields, &at, &field) > 0;)
		buf_printf(ret, "%.*s: %.*s\n", (int)field.name.n, field.name.p, (int)field.value.n,
			   field.value.p);
	free(hpack);
}

static void settings_are_held_to_what_we_know(void **state)
{
	struct world *w = make();

	(void)state;
	start_client(w);
	assert_memory_equal(w->h.to_server.p, H2_PREFACE, 24);
	assert_int_equal(w->h.to_server.n, 24 + 9 + 12);
	assert_memory_equal(w->h.to_server.p + 24, "\0\0\x0c\4\0\0\0\0\0\0\2\0\0\0\0\0\4\0\1\0\0",
			    21);
	assert_int_equal(w->h.window, 65536);
	PUT(w, H2_SETTINGS, 0, 0, "\0\1\0\1\0\0\0\3\0\0\0\x64\0\5\0\xff\xff\xff\0\x08\0\0\0\1");
	PUT(w, H2_SETTINGS, H2_ACK, 0, "");
	assert_true(give(w, false));
	assert_memory_equal(w->h.to_client.p,
			    "\0\0\x0c\4\0\0\0\0\0\0\1\0\0\x10\0\0\3\0\0\0\x64\0\0\0\4\1", 26);
	end(w);
}

static void allowed_requests_go_on(void **state)
{
	AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
	struct world *w = make();

	(void)state;
	start(w);
	buf_done(&w->h.to_server);
	ask(w, 1, 0, "/ok/x?k=" TOKEN, "x-key");
	PUT(w, H2_DATA, H2_PADDED, 1, "\2hello\0\0");
	PUT(w, H2_PRIORITY, 0, 1, "\0\0\0\0\1");
	PUT(w, 0x0d, 0, 3, "grease");
	PUT(w, H2_DATA, H2_END_STREAM, 1, "");
	PUT(w, H2_PING, 0, 0, "12345678");
	assert_true(give(w, true));
	first_fields(&w->h.to_server, &fields);
	assert_string_equal(fields.p, ":method: POST\n:scheme: https\n:authority: a.com\n"
				      ":path: /ok/x?k=real\nx-key: real\n");
	assert_frames(&w->h.to_server, "H1 D1 D1 p0");
	assert_int_equal(w->h.filled, 2);
	assert_int_equal(w->h.stray, -1);
	ask(w, 3, 0, "/ok/x", "other");
	assert_true(give(w, true));
	assert_int_equal(w->h.stray, 0);
	/* Behind a body stands nothing of a request. */
	ask(w, 3, H2_END_STREAM, "/ok/x", NULL);
	assert_false(give(w, true));
	end(w);
}

static void denied_requests_are_answered_by_us(void **state)
{
	AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
	struct world *w = make();

	(void)state;
	start(w);
	buf_done(&w->h.to_server);
	ask(w, 1, 0, "/other", NULL);
	PUT(w, H2_DATA, 0, 1, "secret body");
	PUT(w, H2_RST_STREAM, 0, 1, "\0\0\0\x08");
	PUT(w, H2_WINDOW_UPDATE, 0, 1, "\0\0\0\x08");
	PUT(w, H2_DATA, H2_END_STREAM, 1, "more");
	assert_true(give(w, true));
	assert_frames(&w->h.to_server, "");
	first_fields(&w->h.to_client, &fields);
	assert_non_null(strstr(fields.p, ":status: 403\n"));
	assert_non_null(strstr(fields.p, "x-proxy-error: blocked-by-method-policy\n"));
	/* No window was given, so there is no body; what was dropped is given back. */
	assert_frames(&w->h.to_client, "H1 R1 W0 W0");
	assert_int_equal(w->h.judged.kind, DENIAL_METHOD);
	PUT(w, H2_WINDOW_UPDATE, 0, 0, "\0\0\x50\0");
	ask(w, 3, H2_END_STREAM, "/ok/%2e%2e/x", NULL);
	ask(w, 5, H2_END_STREAM, "/ok/x", NULL);
	assert_true(give(w, true));
	assert_frames(&w->h.to_client, "H3 D3");
	assert_memory_equal(w->h.to_server.p, "\0\0\4\x08\0\0\0\0\0\0\0\x10\0", 13);
	assert_frames(&w->h.to_server, "W0 H5");
	assert_int_equal(w->h.denials, 2);
	end(w);
}

/* A request that is denied, with a body of five bytes. */
static void ask_denied(struct world *w, uint32_t stream)
{
	AUTO_BUF struct buf block = BUF_INIT(OUT_MAX);

	add(&block, ":method", "PUT");
	add(&block, ":scheme", "https");
	add(&block, ":authority", "a.com");
	add(&block, ":path", "/ok/x");
	add(&block, "content-length", "5");
	h2_put_fields(stream, 0, &(struct http_text){ block.p, block.n }, &w->in);
	assert_true(give(w, true));
}

static void short_bodies_end_before_they_are_answered(void **state)
{
	struct world *w = make();

	(void)state;
	start(w);
	buf_done(&w->h.to_server);
	ask_denied(w, 1);
	PUT(w, H2_DATA, 0, 1, "abc");
	assert_true(give(w, true));
	assert_frames(&w->h.to_client, "W0 W1");
	PUT(w, H2_DATA, H2_END_STREAM, 1, "de");
	assert_true(give(w, true));
	assert_frames(&w->h.to_client, "W0 H1");
	ask_denied(w, 3);
	PUT(w, H2_RST_STREAM, 0, 3, "\0\0\0\x08");
	assert_true(give(w, true));
	assert_frames(&w->h.to_client, "");
	/* Only so many wait; the next is answered at once. */
	for (uint32_t i = 0; i < H2_HELD_MAX; i++)
		ask_denied(w, 5 + 2 * i);
	assert_frames(&w->h.to_client, "");
	ask_denied(w, 5 + 2 * H2_HELD_MAX);
	assert_frames(&w->h.to_client, "H21 R21");
	assert_frames(&w->h.to_server, "");
	end(w);
}

static void our_answers_wait_for_the_servers_settings(void **state)
{
	struct world *w = make();

	(void)state;
	start_client(w);
	ask(w, 1, H2_END_STREAM, "/other", NULL);
	assert_true(give(w, true));
	assert_frames(&w->h.to_client, "");
	PUT(w, H2_SETTINGS, 0, 0, "");
	assert_true(give(w, false));
	assert_frames(&w->h.to_client, "S0 H1");
	end(w);
	w = make();
	start_client(w);
	PUT(w, H2_PING, 0, 0, "12345678");
	assert_false(give(w, false));
	end(w);
}

static void our_answers_wait_for_the_servers_fields(void **state)
{
	struct world *w = make();

	(void)state;
	start(w);
	ask(w, 1, H2_END_STREAM, "/ok/x", NULL);
	assert_true(give(w, true));
	PUT(w, H2_HEADERS, 0, 1, "\x88");
	assert_true(give(w, false));
	ask(w, 3, H2_END_STREAM, "/other", NULL);
	assert_true(give(w, true));
	assert_frames(&w->h.to_client, "H1");
	PUT(w, H2_CONTINUATION, H2_END_HEADERS, 1, "\x88");
	PUT(w, H2_DATA, H2_END_STREAM, 1, "x");
	PUT(w, 0x0a, 0, 0, "alt-svc");
	assert_true(give(w, false));
	assert_frames(&w->h.to_client, "C1 H3 D1");
	end(w);
}

static void odd_requests_are_denied(void **state)
{
	static const char *const odd[][2] = {
		{ "connection", "close" },
		{ "transfer-encoding", "chunked" },
		{ "X-Upper", "x" },
		{ "x y", "z" },
		{ "x", "a\r\nb" },
		{ "x", "a\nb" },
		{ "x", " a" },
		{ "te", "gzip" },
		{ "content-length", "+1" },
		{ "host", "b.com" },
		{ ":path", "/ok/y" },
		{ ":protocol", "websocket" },
		{ "", "x" },
		{ "x:", "y" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		AUTO_BUF struct buf block = BUF_INIT(OUT_MAX);
		struct world *w = make();

		start(w);
		buf_done(&w->h.to_server);
		add(&block, ":method", "GET");
		add(&block, ":scheme", "https");
		add(&block, ":authority", "a.com");
		add(&block, ":path", "/ok/x");
		add(&block, odd[i][0], odd[i][1]);
		h2_put_fields(1, H2_END_STREAM, &(struct http_text){ block.p, block.n }, &w->in);
		assert_true(give(w, true));
		assert_frames(&w->h.to_server, "");
		assert_int_equal(w->h.denials, 1);
		end(w);
	}
}

static void ends(bool is_client, uint8_t type, uint8_t flags, uint32_t stream, size_t n)
{
	static const char zeros[H2_PAYLOAD_MAX];
	struct world *w = make();

	start(w);
	PUT_BYTES(w, type, flags, stream, zeros, n);
	assert_false(give(w, is_client));
	assert_non_null(w->h.why);
	end(w);
}

static void broken_frames_end_the_connection(void **state)
{
	struct world *w = make();

	(void)state;
	ends(true, H2_DATA, 0, 0, 1);
	ends(true, H2_DATA, 0, 1, 1);
	ends(true, H2_HEADERS, H2_END_HEADERS, 2, 1);
	ends(true, H2_HEADERS, H2_END_HEADERS, 1, 1);
	ends(true, H2_HEADERS, H2_END_HEADERS | H2_PADDED, 1, 0);
	ends(true, H2_HEADERS, H2_END_HEADERS | H2_HAS_PRIORITY, 1, 4);
	ends(true, H2_SETTINGS, 0, 0, 5);
	ends(true, H2_SETTINGS, H2_ACK, 0, 6);
	ends(true, H2_SETTINGS, 0, 1, 0);
	ends(true, H2_PING, 0, 0, 7);
	ends(true, H2_RST_STREAM, 0, 0, 4);
	ends(true, H2_WINDOW_UPDATE, 0, 0, 4);
	ends(true, H2_CONTINUATION, 0, 1, 1);
	ends(true, H2_PUSH_PROMISE, 0, 1, 8);
	ends(false, H2_PUSH_PROMISE, 0, 1, 8);
	ends(false, H2_CONTINUATION, 0, 1, 8);
	ends(false, H2_GOAWAY, 0, 0, 7);
	PUT(w, H2_SETTINGS, 0, 0, "");
	assert_false(give(w, true));
	assert_string_equal(w->h.why, "no HTTP/2");
	end(w);
}

static void floods_of_fields_end_the_connection(void **state)
{
	static const char zeros[H2_PAYLOAD_MAX];
	struct world *w = make();

	(void)state;
	start(w);
	PUT_BYTES(w, H2_HEADERS, 0, 1, zeros, sizeof(zeros));
	PUT_BYTES(w, H2_CONTINUATION, 0, 1, zeros, sizeof(zeros));
	assert_true(give(w, true));
	PUT_BYTES(w, H2_CONTINUATION, 0, 1, zeros, 1);
	assert_false(give(w, true));
	end(w);
	w = make();
	start(w);
	PUT_BYTES(w, H2_HEADERS, 0, 1, zeros, 1);
	PUT_BYTES(w, H2_DATA, 0, 1, zeros, 1);
	assert_false(give(w, true));
	end(w);
}

static void offered_only_where_bodies_do_not_matter(void **state)
{
	static const struct {
		const char *host;
		bool is_offered;
	} rows[] = { { "a.com", true }, { "b.com", false }, { "git.a.com", false } };
	struct world *w = make();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct host host;

		assert_int_equal(host_parse(rows[i].host, strlen(rows[i].host), &host), 0);
		assert_int_equal(h2_may_offer(&w->config, &host, 443), rows[i].is_offered);
	}
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_held_to_what_we_know),
		cmocka_unit_test(allowed_requests_go_on),
		cmocka_unit_test(denied_requests_are_answered_by_us),
		cmocka_unit_test(short_bodies_end_before_they_are_answered),
		cmocka_unit_test(our_answers_wait_for_the_servers_settings),
		cmocka_unit_test(our_answers_wait_for_the_servers_fields),
		cmocka_unit_test(odd_requests_are_denied),
		cmocka_unit_test(broken_frames_end_the_connection),
		cmocka_unit_test(floods_of_fields_end_the_connection),
		cmocka_unit_test(offered_only_where_bodies_do_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
