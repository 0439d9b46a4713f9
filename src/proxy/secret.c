/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that the sandbox uses by placeholders and never sees. */
#include "proxy/secret.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "proxy/base64.h"

#define BASIC "basic "
#define BASIC_MAX 8192

/* One place in a request. @name: of a header or a parameter, NULL for others. */
struct place {
	unsigned int where;
	const struct http_text *name;
	bool is_encoded; /* percent-encode what is filled in */
};

int secret_value_check(const char *p, size_t n)
{
	if (n == 0 || n > SECRET_VALUE_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			return -EINVAL;
	return 0;
}

static bool is_for(const struct secret *s, const struct host *host, uint16_t port)
{
	for (size_t i = 0; i < s->n_hosts; i++) {
		const struct host_rule *rule = &s->hosts[i];

		if (host_rule_has_port(rule, port) &&
		    (host->is_address ? host_rule_has_addr(rule, &host->addr)
				      : host_rule_has_name(rule, &host->name)))
			return true;
	}
	return false;
}

bool secrets_cover(const struct secret *secrets, size_t n, const struct host *host, uint16_t port)
{
	for (size_t i = 0; i < n; i++)
		if (is_for(&secrets[i], host, port))
			return true;
	return false;
}

static bool may_fill(const struct secret_site *site, const struct secret *s,
		     const struct place *place)
{
	if ((s->where & place->where) == 0 || !is_for(s, site->host, site->port))
		return false;
	if (place->where == SECRET_HEADER)
		return http_is(place->name, s->header);
	if (place->where == SECRET_QUERY)
		return strlen(s->query) == place->name->n &&
		       memcmp(s->query, place->name->p, place->name->n) == 0;
	return true;
}

/* The first placeholder in a text; NULL when there is none. */
static const struct secret *find(const struct secret_site *site, const struct http_text *t,
				 size_t *ret_at)
{
	const struct secret *found = NULL;

	*ret_at = t->n;
	for (size_t i = 0; i < site->n && t->n > 0; i++) {
		const char *word = site->secrets[i].placeholder;
		size_t n = strlen(word);
		/* Only what begins before the one that was found is of interest. */
		size_t until = found != NULL && *ret_at + n < t->n ? *ret_at + n : t->n;
		const char *at = memmem(t->p, until, word, n);

		if (at == NULL || (size_t)(at - t->p) >= *ret_at)
			continue;
		*ret_at = (size_t)(at - t->p);
		found = &site->secrets[i];
	}
	return found;
}

static void add_encoded(struct buf *out, const struct http_text *v)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (size_t i = 0; i < v->n; i++)
		if (strchr(plain, v->p[i]) != NULL)
			buf_add(out, &v->p[i], 1);
		else
			buf_printf(out, "%%%02X", (unsigned char)v->p[i]);
}

/* Appends a text; each placeholder becomes its secret where it may. */
static void fill(struct secret_site *site, const struct place *place, struct http_text t,
		 struct buf *out)
{
	const struct secret *s;
	size_t at;

	while ((s = find(site, &t, &at)) != NULL) {
		const struct http_text *value = &site->values[s->id];
		size_t n = strlen(s->placeholder);

		buf_add(out, t.p, at);
		if (!may_fill(site, s, place)) {
			site->stray = s->id;
			buf_add(out, t.p + at, n);
		} else if (place->is_encoded) {
			add_encoded(out, value);
			site->filled++;
		} else {
			buf_add(out, value->p, value->n);
			site->filled++;
		}
		t.p += at + n;
		t.n -= at + n;
	}
	buf_add(out, t.p, t.n);
}

/* Fills the credentials of HTTP Basic; false when they are none, or hold no placeholder. */
static bool fill_basic(struct secret_site *site, const struct http_text *value, struct buf *out)
{
	const struct place place = { .where = SECRET_BASIC };
	AUTO_BUF struct buf plain = BUF_INIT(BASIC_MAX);
	AUTO_BUF struct buf filled = BUF_INIT(BASIC_MAX + 2 * SECRET_VALUE_MAX);
	struct http_text t;
	size_t at;

	if (value->n <= strlen(BASIC) || value->n > BASIC_MAX)
		return false;
	t = (struct http_text){ value->p, strlen(BASIC) };
	if (!http_is(&t, BASIC) || base64_decode(value->p + t.n, value->n - t.n, &plain) < 0 ||
	    plain.err != 0)
		return false;
	t = (struct http_text){ plain.p, plain.n };
	if (find(site, &t, &at) == NULL)
		return false;
	fill(site, &place, t, &filled);
	if (filled.err != 0)
		return false;
	buf_str(out, "Basic ");
	base64_encode(filled.p, filled.n, out);
	explicit_bzero(filled.p, filled.n);
	return true;
}

void secrets_fill_header(struct secret_site *site, const struct http_field *f, struct buf *out)
{
	const struct place place = { .where = SECRET_HEADER, .name = &f->name };

	if (http_is(&f->name, "authorization") && fill_basic(site, &f->value, out))
		return;
	fill(site, &place, f->value, out);
}

void secrets_fill_query(struct secret_site *site, const struct http_text *query, struct buf *out)
{
	struct http_text rest = *query;

	while (rest.n > 0) {
		const char *end = memchr(rest.p, '&', rest.n);
		size_t n = end != NULL ? (size_t)(end - rest.p) : rest.n;
		const char *equals = memchr(rest.p, '=', n);
		size_t head = equals != NULL ? (size_t)(equals - rest.p) : 0;
		struct http_text name = { rest.p, head };
		struct place place = { .where = SECRET_QUERY, .name = &name, .is_encoded = true };

		fill(site, &place, (struct http_text){ rest.p, n }, out);
		if (end != NULL) {
			buf_add(out, "&", 1);
			n++;
		}
		rest.p += n;
		rest.n -= n;
	}
}

void secrets_fill_body(struct secret_site *site, const struct http_text *body, struct buf *out)
{
	const struct place place = { .where = SECRET_BODY };

	fill(site, &place, *body, out);
}

void secrets_notice(struct secret_site *site, const struct http_text *t)
{
	size_t at;
	const struct secret *s = find(site, t, &at);

	if (s != NULL)
		site->stray = s->id;
}
