/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: filled in where they may stand, noticed where they may not, and heads written anew. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "proxy/base64.h"
#include "proxy/http_forward.h"
#include "proxy/secret.h"

#define TOKEN "tiercel-0123456789"
#define KEY "tiercel-abcdefghij"
#define OUT_MAX 65536

/* Two secrets: one for a header and Basic of a.com, one for a parameter and the body of b.com. */
struct world {
	struct host_rule hosts[2];
	struct secret secrets[2];
	struct http_text values[2];
	struct host host;
	struct secret_site site;
};

static void make(struct world *w, const char *host, uint16_t port)
{
	*w = (struct world){ 0 };
	assert_int_equal(host_rule_parse("a.com", 5, HOST_RULE_SECRET, &w->hosts[0]), 0);
	assert_int_equal(host_rule_parse("b.com", 5, HOST_RULE_SECRET, &w->hosts[1]), 0);
	w->secrets[0] = (struct secret){
		0, TOKEN, SECRET_HEADER | SECRET_BASIC, "Authorization", NULL, &w->hosts[0], 1
	};
	w->secrets[1] =
		(struct secret){ 1, KEY, SECRET_QUERY | SECRET_BODY, NULL, "key", &w->hosts[1], 1 };
	w->values[0] = (struct http_text){ "ghp_real", 8 };
	w->values[1] = (struct http_text){ "k&y=1", 5 };
	assert_int_equal(host_parse(host, strlen(host), &w->host), 0);
	w->site = (struct secret_site){ w->secrets, 2, w->values, &w->host, port, 0, -1 };
}

static void assert_header(struct world *w, const char *name, const char *value, const char *wanted)
{
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	struct http_field f = { { name, strlen(name) }, { value, strlen(value) } };

	secrets_fill_header(&w->site, &f, &out);
	assert_int_equal(out.err, 0);
	assert_string_equal(out.p, wanted);
}

static void headers_are_filled_for_their_host(void **state)
{
	struct world w;

	(void)state;
	make(&w, "a.com", 443);
	assert_header(&w, "authorization", "Bearer " TOKEN, "Bearer ghp_real");
	assert_header(&w, "Authorization", TOKEN "," TOKEN, "ghp_real,ghp_real");
	assert_int_equal(w.site.filled, 3);
	assert_int_equal(w.site.stray, -1);
	assert_header(&w, "X-Other", "Bearer " TOKEN, "Bearer " TOKEN);
	assert_int_equal(w.site.stray, 0);
	assert_header(&w, "Authorization", "x" KEY TOKEN, "x" KEY "ghp_real");
	assert_int_equal(w.site.stray, 1);
	make(&w, "b.com", 443);
	assert_header(&w, "Authorization", "Bearer " TOKEN, "Bearer " TOKEN);
	assert_int_equal(w.site.stray, 0);
	/* In the clear nobody gets it. */
	make(&w, "a.com", 80);
	assert_header(&w, "Authorization", "Bearer " TOKEN, "Bearer " TOKEN);
	assert_int_equal(w.site.stray, 0);
}

static void basic_is_filled(void **state)
{
	AUTO_BUF struct buf given = BUF_INIT(OUT_MAX);
	AUTO_BUF struct buf wanted = BUF_INIT(OUT_MAX);
	struct world w;

	(void)state;
	make(&w, "a.com", 443);
	buf_str(&given, "basic ");
	base64_encode("me:" TOKEN, 3 + sizeof(TOKEN) - 1, &given);
	buf_str(&wanted, "Basic ");
	base64_encode("me:ghp_real", 11, &wanted);
	assert_header(&w, "Authorization", given.p, wanted.p);
	assert_int_equal(w.site.filled, 1);
	assert_header(&w, "Authorization", "Basic bWU6eA==", "Basic bWU6eA==");
	assert_header(&w, "Authorization", "Basic !!", "Basic !!");
	w.secrets[0].where = SECRET_HEADER;
	given.p[0] = 'B';
	assert_header(&w, "Authorization", given.p, given.p);
	assert_int_equal(w.site.stray, 0);
}

static void queries_and_bodies_are_filled(void **state)
{
	static const char query[] = "a=b&key=" KEY "&other=" KEY "&key";
	static const char body[] = "{\"k\":\"" KEY "\"}";
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	struct world w;

	(void)state;
	make(&w, "b.com", 443);
	secrets_fill_query(&w.site, &(struct http_text){ query, sizeof(query) - 1 }, &out);
	assert_string_equal(out.p, "a=b&key=k%26y%3D1&other=" KEY "&key");
	assert_int_equal(w.site.filled, 1);
	assert_int_equal(w.site.stray, 1);
	buf_done(&out);
	secrets_fill_body(&w.site, &(struct http_text){ body, sizeof(body) - 1 }, &out);
	assert_string_equal(out.p, "{\"k\":\"k&y=1\"}");
}

static void values_hold_no_control_bytes(void **state)
{
	(void)state;
	assert_int_equal(secret_value_check("ghp_real", 8), 0);
	assert_int_equal(secret_value_check("", 0), -EINVAL);
	assert_int_equal(secret_value_check("a\r\nb", 4), -EINVAL);
	assert_int_equal(secret_value_check("a\0", 2), -EINVAL);
	assert_int_equal(secret_value_check("a\x7f", 2), -EINVAL);
}

static void secrets_cover_their_hosts(void **state)
{
	struct world w;

	(void)state;
	make(&w, "a.com", 443);
	assert_true(secrets_cover(w.secrets, 2, &w.host, 443));
	assert_false(secrets_cover(w.secrets, 2, &w.host, 80));
	make(&w, "c.com", 443);
	assert_false(secrets_cover(w.secrets, 2, &w.host, 443));
}

static void base64_is_strict(void **state)
{
	static const char *const odd[] = { "a",	 "ab",	 "abc",	 "ab=c",   "a===",     "====",
					   "YQ", "YR==", "YWJ=", "YW\nI=", "YWI=YWI=", "-_aa" };
	static const char *const texts[] = { "", "a", "ab", "abc", "abcd", "\xff\xfe\xfd" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);

		assert_int_equal(base64_decode(odd[i], strlen(odd[i]), &out), -EINVAL);
		assert_int_equal(out.n, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_BUF struct buf text = BUF_INIT(OUT_MAX);
		AUTO_BUF struct buf back = BUF_INIT(OUT_MAX);

		base64_encode(texts[i], strlen(texts[i]), &text);
		assert_int_equal(base64_decode(text.p, text.n, &back), 0);
		assert_int_equal(back.n, strlen(texts[i]));
		if (back.n > 0)
			assert_memory_equal(back.p, texts[i], back.n);
	}
}

static void assert_forward(const char *from, struct secret_site *site, const char *wanted)
{
	AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
	struct http_head h = { 0 };

	assert_int_equal(http_head_parse(from, strlen(from), &h), HTTP_HEAD_WHOLE);
	assert_int_equal(http_forward_build(&h, site, -1, &out), 0);
	assert_string_equal(out.p, wanted);
	/* What is written is read as the same. */
	h = (struct http_head){ 0 };
	assert_int_equal(http_head_parse(out.p, out.n, &h), HTTP_HEAD_WHOLE);
}

static void heads_are_written_anew(void **state)
{
	struct world w;

	(void)state;
	make(&w, "a.com", 443);
	assert_forward("GET http://A.com/x?y HTTP/1.1\r\nAccept: */*\r\nHost: a.com\r\n"
		       "Proxy-Authorization: x\r\nProxy-Connection: keep-alive\r\n\r\n",
		       NULL, "GET /x?y HTTP/1.1\r\nHost: a.com\r\nAccept: */*\r\n\r\n");
	assert_forward("POST /x HTTP/1.1\r\nHost: a.com:443\r\nAuthorization: token " TOKEN "\r\n"
		       "Content-Length: 3\r\nConnection: close, TE\r\nTE: trailers\r\n\r\n",
		       &w.site,
		       "POST /x HTTP/1.1\r\nHost: a.com:443\r\nAuthorization: token ghp_real\r\n"
		       "Content-Length: 3\r\nConnection: close\r\n\r\n");
	assert_forward("GET / HTTP/1.1\r\nHost: [::1]\r\nConnection: Upgrade\r\n"
		       "Upgrade: websocket\r\n\r\n",
		       NULL,
		       "GET / HTTP/1.1\r\nHost: [::1]\r\nUpgrade: websocket\r\n"
		       "Connection: Upgrade\r\n\r\n");
	assert_forward("GET / HTTP/1.1\r\nHost: a.com\r\nUpgrade: h2c\r\n"
		       "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n\r\n",
		       NULL, "GET / HTTP/1.1\r\nHost: a.com\r\n\r\n");
	assert_forward("OPTIONS * HTTP/1.0\r\n\r\n", NULL, "OPTIONS * HTTP/1.0\r\n\r\n");
	assert_int_equal(w.site.stray, -1);
	assert_forward("GET /" TOKEN " HTTP/1.1\r\nHost: a.com\r\n\r\n", &w.site,
		       "GET /" TOKEN " HTTP/1.1\r\nHost: a.com\r\n\r\n");
	assert_int_equal(w.site.stray, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_filled_for_their_host),
		cmocka_unit_test(basic_is_filled),
		cmocka_unit_test(queries_and_bodies_are_filled),
		cmocka_unit_test(values_hold_no_control_bytes),
		cmocka_unit_test(secrets_cover_their_hosts),
		cmocka_unit_test(base64_is_strict),
		cmocka_unit_test(heads_are_written_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
