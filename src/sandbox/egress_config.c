/* SPDX-License-Identifier: Apache-2.0 */
/* The proxy's configuration, out of the policy. */
#include "sandbox/egress_config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/address.h"
#include "base/buf.h"
#include "base/file.h"
#include "policy/policy.h"
#include "sandbox/publish.h"
#include "sandbox/secrets.h"

#define SERVERS_MAX 3 /* as many as resolv.conf(5) counts */
#define RESOLV_MAX 65536
#define DNS_PORT 53

static void patterns(struct buf *out, const char *word, const struct policy_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		buf_printf(out, "%s %s\n", word, list->v[i]);
}

/* One line of resolv.conf(5); returns whether it named a server that can be used. */
static bool server_line(const char *line, size_t n, struct buf *out)
{
	static const char word[] = "nameserver";
	char text[ADDR_TEXT_MAX];
	struct addr addr;
	size_t at = sizeof(word) - 1;
	size_t len;

	if (n <= at || memcmp(line, word, at) != 0 || (line[at] != ' ' && line[at] != '\t'))
		return false;
	while (at < n && (line[at] == ' ' || line[at] == '\t'))
		at++;
	len = 0;
	while (at + len < n && line[at + len] != ' ' && line[at + len] != '\t')
		len++;
	/* An address with a zone belongs to one interface; another server has to do. */
	if (addr_parse(line + at, len, &addr) < 0)
		return false;
	addr_print(&addr, text);
	buf_printf(out, addr.family == 6 ? "dns [%s]:%d\n" : "dns %s:%d\n", text, DNS_PORT);
	return true;
}

static void servers(struct buf *out)
{
	AUTO_BUF struct buf text = BUF_INIT(RESOLV_MAX);
	const char *at;
	const char *end;
	int n = 0;

	if (file_read(AT_FDCWD, "/etc/resolv.conf", &text, NULL) == 0 && text.p != NULL) {
		at = text.p;
		end = text.p + text.n;
		while (at < end && n < SERVERS_MAX) {
			const char *stop = memchr(at, '\n', (size_t)(end - at));
			size_t len = (size_t)((stop != NULL ? stop : end) - at);

			n += server_line(at, len, out);
			at += len + 1;
		}
	}
	/* What resolvers assume without the file. */
	if (n == 0)
		buf_printf(out, "dns 127.0.0.1:%d\n", DNS_PORT);
}

static void words(struct buf *out, const struct policy_list *list, const char *separator)
{
	for (size_t i = 0; i < list->n; i++)
		buf_printf(out, "%s%s", i > 0 ? separator : "", list->v[i]);
}

/* A rule about what may be asked of a host allows the host as well. */
static void http(struct buf *out, const struct policy *p)
{
	for (size_t i = 0; i < p->net_http_n; i++) {
		const struct policy_http *h = &p->net_http[i];

		buf_printf(out, "allow %s\nhttp %s ", h->host, h->host);
		words(out, &h->methods, ",");
		buf_str(out, h->methods.n == 0 ? "*" : "");
		buf_str(out, h->paths.n > 0 ? " " : "");
		words(out, &h->paths, " ");
		buf_str(out, "\n");
	}
}

static bool is_true(const char *text)
{
	return text != NULL && strcmp(text, "true") == 0;
}

/* Where a secret may stand; without any word about it, where most clients put theirs. */
static void places(struct buf *out, const struct policy_secret *s)
{
	const char *header = s->header;

	if (header == NULL && s->query == NULL && !is_true(s->basic) && !is_true(s->body)) {
		buf_str(out, "header:authorization,basic");
		return;
	}
	if (header != NULL)
		buf_printf(out, "header:%.*s,", (int)strcspn(header, ":"), header);
	if (s->query != NULL)
		buf_printf(out, "query:%s,", s->query);
	if (is_true(s->basic))
		buf_str(out, "basic,");
	if (is_true(s->body))
		buf_str(out, "body,");
}

static void secrets(struct buf *out, const struct policy *p, const struct secrets *s)
{
	for (size_t i = 0; i < s->n; i++) {
		buf_printf(out, "secret %zu %s ", i, s->placeholder[i]);
		places(out, &p->secrets[i]);
		buf_str(out, " ");
		words(out, &p->secrets[i].hosts, " ");
		buf_str(out, "\n");
	}
}

int egress_config(const struct policy *p, const struct secrets *s, struct buf *out, struct err *e)
{
	buf_str(out, "tiercel-proxy 1\n");
	patterns(out, "allow", &p->net_allow);
	patterns(out, "deny", &p->net_deny);
	http(out, p);
	secrets(out, p, s);
	patterns(out, "loopback", &p->net_loopback);
	for (size_t i = 0; i < p->net_publish.n; i++)
		publish_config(p->net_publish.v[i], out);
	servers(out);
	buf_str(out, "end\n");
	return out->err ? err_sys(e, out->err, "cannot write the proxy's configuration") : 0;
}
