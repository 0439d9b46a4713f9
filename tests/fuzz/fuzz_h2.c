/* SPDX-License-Identifier: Apache-2.0 */
/* Any frames from client and server: what goes on is well formed, and only what the rules hold. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "proxy/h2.h"
#include "proxy/h2_request.h"

#define OUT_MAX (1u << 20)

static const char text[] = "tiercel-proxy 1\n"
			   "http a.com GET,POST /ok/**\n"
			   "secret 0 placehol header:x,query:k a.com\n"
			   "end\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fields that went to the server: of a request that may, or behind a body. */
static void check_fields(struct h2 *h, const struct h2_frame *f, struct hpack *hpack)
{
	AUTO_BUF struct buf fields = BUF_INIT(OUT_MAX);
	struct h2_request r;
	struct http_request asked = { .host = &h->way->host, .port = 443 };

	if (hpack_read(hpack, (const uint8_t *)f->payload.p, f->payload.n, &fields) < 0)
		abort();
	if (h2_trailers_are_fields(&fields))
		return;
	if (h2_request_parse(&fields, true, &r) < 0 || !host_is(&r.host, &h->way->host))
		abort();
	asked.method = r.asked.method;
	asked.path = r.asked.path;
	if (r.asked.path.n > 0 &&
	    http_rules_decide(h->way->config->http, h->way->config->n_http, &asked) != HTTP_ALLOWED)
		abort();
}

/* All that was written is whole frames. */
static void check_out(struct h2 *h, struct buf *out, size_t at, struct hpack *hpack)
{
	struct h2_frame f;

	while (at < out->n) {
		int r = h2_frame_parse(out->p + at, out->n - at, &f);

		if (r <= 0 || f.type >= H2_TYPE_END || f.type == H2_PUSH_PROMISE)
			abort();
		if (hpack != NULL && f.type == H2_HEADERS && (f.flags & H2_END_HEADERS) != 0)
			check_fields(h, &f, hpack);
		at += (size_t)r;
	}
	buf_done(out);
}

/* Each record: a byte for the side, a frame's type, flags and stream, a length, the payload. */
static void feed(struct h2 *h, const uint8_t *p, size_t n, struct hpack *hpack)
{
	while (n >= 5 && h->phase != H2_ENDED) {
		AUTO_BUF struct buf in = BUF_INIT(OUT_MAX);
		size_t length = p[4] < n - 5 ? p[4] : n - 5;
		struct h2_frame f = { p[1], p[2], p[3], { (const char *)p + 5, length } };
		bool is_client = p[0] % 2 == 0;
		int r;

		h2_put(&f, &in);
		r = is_client ? h2_client(h, in.p, in.n, 0) : h2_server(h, in.p, in.n);
		if (r < 0 || (h->phase != H2_ENDED && r != (int)in.n))
			abort();
		check_out(h, &h->to_server, 0, hpack);
		check_out(h, &h->to_client, 0, NULL);
		p += 5 + length;
		n -= 5 + length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_text value = { "re\"al", 5 };
	struct http_way way = { .values = &value, .port = 443, .is_tls = true };
	struct hpack *hpack = calloc(1, sizeof(*hpack));
	struct h2 *h = calloc(1, sizeof(*h));
	struct budget budget = { 0 };
	struct config config;

	if (h == NULL || hpack == NULL || config_parse(text, sizeof(text) - 1, &config, NULL) < 0)
		abort();
	way.config = &config;
	way.budget = &budget;
	way.host = (struct host){ .name = { 5, "a.com" } };
	h2_init(h, &way);
	hpack_init(hpack, HPACK_TABLE_MAX);
	if (h2_client(h, H2_PREFACE, sizeof(H2_PREFACE) - 1, 0) != sizeof(H2_PREFACE) - 1)
		abort();
	buf_done(&h->to_server);
	feed(h, data, size, hpack);
	h2_done(h);
	config_done(&config);
	free(h);
	free(hpack);
	return 0;
}
