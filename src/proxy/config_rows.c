/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of line that a configuration has, and how each is read. */
#include "proxy/config_rows.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/num.h"

#define PLACEHOLDER_MIN 8
#define PLACEHOLDER_MAX 1024
#define PORT_MAX 65535

/* What a line is read with. */
struct row {
	const struct config_line *line;
	struct config *c;
	const struct config_lists *lists;
	struct err *e;
};

static int wrong(const struct row *row, size_t word, const char *should)
{
	return err_set(row->e, -EINVAL, "%s: \"%s\" %s", row->line->v[0], row->line->v[word],
		       should);
}

static int read_pattern(const struct row *row, size_t word, enum host_rule_list list,
			struct host_rule *ret)
{
	const char *text = row->line->v[word];

	if (host_rule_parse(text, strlen(text), list, ret) < 0)
		return wrong(row, word, "is no host, address or range with ports");
	return 0;
}

/* The words from one on, as a list in the arena. */
static int read_words(const struct row *row, size_t from, struct words *ret)
{
	size_t n = row->line->n - from;
	const char **v;

	*ret = (struct words){ 0 };
	if (n == 0)
		return 0;
	v = arena_alloc(&row->c->arena, n * sizeof(*v));
	if (v == NULL)
		return err_sys(row->e, -ENOMEM, "%s", row->line->v[0]);
	memcpy(v, row->line->v + from, n * sizeof(*v));
	*ret = (struct words){ v, n };
	return 0;
}

static int read_port(const struct row *row, size_t word, uint16_t *ret)
{
	uint64_t port;

	if (num_u64(row->line->v[word], PORT_MAX, &port) < 0 || port == 0)
		return wrong(row, word, "is no port from 1 to 65535");
	*ret = (uint16_t)port;
	return 0;
}

static int read_endpoint(const struct row *row, size_t word, struct addr *ret, uint16_t *ret_port)
{
	const char *text = row->line->v[word];
	struct host host;

	if (host_port_parse(text, strlen(text), &host, ret_port) < 0 || !host.is_address ||
	    *ret_port == 0)
		return wrong(row, word, "is no ADDRESS:PORT");
	*ret = host.addr;
	return 0;
}

static int read_allow(const struct row *row)
{
	struct rules *rules = &row->c->rules;

	rules->allow = row->lists->allow;
	return read_pattern(row, 1, HOST_RULE_ALLOW, &row->lists->allow[rules->n_allow++]);
}

static int read_deny(const struct row *row)
{
	struct rules *rules = &row->c->rules;

	rules->deny = row->lists->deny;
	return read_pattern(row, 1, HOST_RULE_DENY, &row->lists->deny[rules->n_deny++]);
}

/* The methods of a word, which commas stand between. */
static int read_methods(const struct row *row, size_t word, struct words *ret)
{
	const char *list[CONFIG_WORDS_MAX];
	struct http_text rest = { row->line->v[word], strlen(row->line->v[word]) };
	struct http_text method;
	const char **v;
	size_t n = 0;

	*ret = (struct words){ 0 };
	if (strcmp(row->line->v[word], "*") == 0)
		return 0;
	while (http_item_next(&rest, &method)) {
		if (n == ARRAY_LEN(list) || !http_is_token(&method))
			return wrong(row, word, "is no list of methods");
		list[n] = arena_copy(&row->c->arena, method.p, method.n);
		if (list[n++] == NULL)
			return err_sys(row->e, -ENOMEM, "http");
	}
	if (n == 0)
		return wrong(row, word, "is no list of methods");
	v = arena_alloc(&row->c->arena, n * sizeof(*v));
	if (v == NULL)
		return err_sys(row->e, -ENOMEM, "http");
	memcpy(v, list, n * sizeof(*v));
	*ret = (struct words){ v, n };
	return 0;
}

static int read_http(const struct row *row)
{
	struct http_rule *rule = &row->lists->http[row->c->n_http++];
	int r;

	row->c->http = row->lists->http;
	r = read_pattern(row, 1, HOST_RULE_ALLOW, &rule->host);
	if (r < 0)
		return r;
	r = read_methods(row, 2, &rule->methods);
	if (r < 0)
		return r;
	for (size_t i = 3; i < row->line->n; i++)
		if (row->line->v[i][0] != '/' && row->line->v[i][0] != '*')
			return wrong(row, i, "is no path; it begins with a slash");
	return read_words(row, 3, &rule->paths);
}

static int read_git(const struct row *row)
{
	static const char *const modes[] = {
		[GIT_MAY_CREATE] = "create",
		[GIT_MAY_UPDATE] = "update",
		[GIT_MAY_DELETE] = "delete",
	};
	struct git_rule *rule = &row->lists->git[row->c->n_git++];
	size_t mode = 0;
	int r;

	row->c->git = row->lists->git;
	r = read_pattern(row, 1, HOST_RULE_ALLOW, &rule->host);
	if (r < 0)
		return r;
	rule->repo = row->line->v[2];
	if (rule->repo[0] != '/' && rule->repo[0] != '*')
		return wrong(row, 2, "is no path of a repository; it begins with a slash");
	while (mode < ARRAY_LEN(modes) && strcmp(modes[mode], row->line->v[3]) != 0)
		mode++;
	if (mode == ARRAY_LEN(modes))
		return wrong(row, 3, "is none of create, update, delete");
	rule->mode = (enum git_mode)mode;
	return read_words(row, 4, &rule->refs);
}

/* One place of a secret: basic, body, header:NAME or query:NAME. */
static int read_place(const struct row *row, const struct http_text *place, struct secret *s)
{
	static const struct {
		const char *word;
		unsigned int flag;
	} places[] = {
		{ "basic", SECRET_BASIC },
		{ "body", SECRET_BODY },
		{ "header:", SECRET_HEADER },
		{ "query:", SECRET_QUERY },
	};
	struct http_text name = { 0 };
	char *copy;
	size_t i = 0;

	for (; i < ARRAY_LEN(places); i++) {
		size_t n = strlen(places[i].word);

		name = (struct http_text){ place->p + n, place->n - n };
		if (place->n >= n && memcmp(place->p, places[i].word, n) == 0 &&
		    (i < 2 ? name.n == 0 : http_is_token(&name)))
			break;
	}
	if (i == ARRAY_LEN(places) || (s->where & places[i].flag) != 0)
		return wrong(row, 3, "is to be header:NAME, basic, query:NAME or body, each once");
	s->where |= places[i].flag;
	copy = arena_copy(&row->c->arena, name.p, name.n);
	if (copy == NULL)
		return err_sys(row->e, -ENOMEM, "secret");
	if (places[i].flag == SECRET_HEADER)
		s->header = copy;
	if (places[i].flag == SECRET_QUERY)
		s->query = copy;
	return 0;
}

/* A placeholder must be long enough to occur by intent alone, and lie within no other. */
static int read_placeholder(const struct row *row, struct secret *s)
{
	const char *text = row->line->v[2];
	size_t n = strlen(text);

	if (n < PLACEHOLDER_MIN || n > PLACEHOLDER_MAX)
		return wrong(row, 2, "is too short or too long for a placeholder");
	for (const struct secret *other = row->lists->secrets; other < s; other++)
		if (strstr(text, other->placeholder) != NULL ||
		    strstr(other->placeholder, text) != NULL)
			return wrong(row, 2, "lies within another placeholder, or it within this");
	s->placeholder = text;
	return 0;
}

static int read_secret_hosts(const struct row *row, struct secret *s)
{
	size_t n = row->line->n - 4;
	struct host_rule *hosts = arena_alloc(&row->c->arena, n * sizeof(*hosts));

	if (hosts == NULL)
		return err_sys(row->e, -ENOMEM, "secret");
	for (size_t i = 0; i < n; i++) {
		int r = read_pattern(row, i + 4, HOST_RULE_SECRET, &hosts[i]);

		if (r < 0)
			return r;
	}
	s->hosts = hosts;
	s->n_hosts = n;
	return 0;
}

static int read_secret(const struct row *row)
{
	struct secret *s = &row->lists->secrets[row->c->n_secrets];
	struct http_text rest = { row->line->v[3], strlen(row->line->v[3]) };
	struct http_text place;
	uint64_t id;
	int r;

	row->c->secrets = row->lists->secrets;
	if (num_u64(row->line->v[1], UINT32_MAX, &id) < 0 || id != row->c->n_secrets)
		return wrong(row, 1, "is to be the number of the secret, from 0 on");
	s->id = (uint32_t)id;
	r = read_placeholder(row, s);
	while (r == 0 && http_item_next(&rest, &place))
		r = read_place(row, &place, s);
	if (r == 0 && s->where == 0)
		r = wrong(row, 3, "names no place");
	if (r == 0)
		r = read_secret_hosts(row, s);
	row->c->n_secrets++;
	return r;
}

static int read_budget(const struct row *row)
{
	struct budget_limits *l = &row->c->limits;
	const struct {
		const char *name;
		uint64_t *value;
	} rows[] = {
		{ "bytes", &l->bytes },
		{ "host-bytes", &l->host_bytes },
		{ "connections", &l->connections },
		{ "requests", &l->requests },
		{ "requests-burst", &l->requests_burst },
		{ "dns", &l->dns },
		{ "dns-burst", &l->dns_burst },
		{ "dns-names", &l->dns_names },
	};
	uint64_t value;
	size_t i = 0;

	while (i < ARRAY_LEN(rows) && strcmp(rows[i].name, row->line->v[1]) != 0)
		i++;
	if (i == ARRAY_LEN(rows))
		return wrong(row, 1, "is no budget");
	if (*rows[i].value != 0)
		return wrong(row, 1, "stands twice");
	if (num_u64(row->line->v[2], UINT64_MAX, &value) < 0 || value == 0)
		return wrong(row, 2, "is no number above 0");
	*rows[i].value = value;
	return 0;
}

static int read_loopback(const struct row *row)
{
	row->c->loopback = row->lists->loopback;
	return read_port(row, 1, &row->lists->loopback[row->c->n_loopback++]);
}

static int read_publish(const struct row *row)
{
	struct publish *p = &row->lists->publish[row->c->n_publish++];
	int r = read_endpoint(row, 1, &p->addr, &p->port);

	row->c->publish = row->lists->publish;
	return r < 0 ? r : read_port(row, 2, &p->inner_port);
}

static int read_dns(const struct row *row)
{
	struct server *s = &row->c->servers[row->c->n_servers];

	if (row->c->n_servers == CONFIG_SERVERS_MAX)
		return wrong(row, 1, "is one server too many; there may be 3");
	row->c->n_servers++;
	return read_endpoint(row, 1, &s->addr, &s->port);
}

static int read_log(const struct row *row)
{
	uint64_t fd;

	if (row->c->log_fd >= 0)
		return wrong(row, 1, "stands beside another log");
	if (num_u64(row->line->v[1], INT_MAX, &fd) < 0)
		return wrong(row, 1, "is no file descriptor");
	row->c->log_fd = (int)fd;
	return 0;
}

/* Words of a line, the first included. */
static const struct {
	const char *word;
	size_t min;
	size_t max;
	int (*read)(const struct row *row);
} kinds[CONFIG_KIND_END] = {
	[CONFIG_ALLOW] = { "allow", 2, 2, read_allow },
	[CONFIG_DENY] = { "deny", 2, 2, read_deny },
	[CONFIG_HTTP] = { "http", 3, CONFIG_WORDS_MAX, read_http },
	[CONFIG_GIT] = { "git", 5, CONFIG_WORDS_MAX, read_git },
	[CONFIG_SECRET] = { "secret", 5, CONFIG_WORDS_MAX, read_secret },
	[CONFIG_BUDGET] = { "budget", 3, 3, read_budget },
	[CONFIG_LOOPBACK] = { "loopback", 2, 2, read_loopback },
	[CONFIG_PUBLISH] = { "publish", 3, 3, read_publish },
	[CONFIG_DNS] = { "dns", 2, 2, read_dns },
	[CONFIG_LOG] = { "log", 2, 2, read_log },
};

enum config_kind config_kind_of(const char *word)
{
	for (size_t i = 0; i < CONFIG_KIND_END; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return (enum config_kind)i;
	return CONFIG_KIND_END;
}

/* Room for @n items; NULL when there are none, and when memory is spent. */
static void *room(struct config *c, size_t n, size_t size, bool *is_spent)
{
	void *p = n > 0 ? arena_alloc(&c->arena, n * size) : NULL;

	*is_spent = *is_spent || (n > 0 && p == NULL);
	return p;
}

int config_make_room(const size_t counts[CONFIG_KIND_END], struct config *c,
		     struct config_lists *ret)
{
	bool is_spent = false;

	ret->allow = room(c, counts[CONFIG_ALLOW], sizeof(*ret->allow), &is_spent);
	ret->deny = room(c, counts[CONFIG_DENY], sizeof(*ret->deny), &is_spent);
	ret->http = room(c, counts[CONFIG_HTTP], sizeof(*ret->http), &is_spent);
	ret->git = room(c, counts[CONFIG_GIT], sizeof(*ret->git), &is_spent);
	ret->secrets = room(c, counts[CONFIG_SECRET], sizeof(*ret->secrets), &is_spent);
	ret->publish = room(c, counts[CONFIG_PUBLISH], sizeof(*ret->publish), &is_spent);
	ret->loopback = room(c, counts[CONFIG_LOOPBACK], sizeof(*ret->loopback), &is_spent);
	return is_spent ? -ENOMEM : 0;
}

int config_read_row(enum config_kind kind, const struct config_line *line, struct config *c,
		    const struct config_lists *lists, struct err *e)
{
	struct row row = { line, c, lists, e };

	if (line->n < kinds[kind].min || line->n > kinds[kind].max)
		return err_set(e, -EINVAL, "%s: %zu words, which is too %s", kinds[kind].word,
			       line->n, line->n < kinds[kind].min ? "few" : "many");
	return kinds[kind].read(&row);
}
