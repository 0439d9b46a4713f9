/* SPDX-License-Identifier: Apache-2.0 */
/* Host names: one spelling each; what is matched is what is resolved and dialled. */
#include "base/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define PORT_DIGITS 5

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_label_byte(char c)
{
	return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c;
}

/* Whether a label, already in lower case, is decimal or 0x hexadecimal. */
static bool is_number(const char *p, size_t n)
{
	bool is_hex = n >= 2 && p[0] == '0' && p[1] == 'x';

	for (size_t i = is_hex ? 2 : 0; i < n; i++)
		if (!is_digit(p[i]) && !(is_hex && p[i] >= 'a' && p[i] <= 'f'))
			return false;
	return true;
}

static bool is_label(const char *p, size_t n)
{
	return n > 0 && n <= HOST_LABEL_BYTES && p[0] != '-' && p[n - 1] != '-';
}

/* Whether a name, already in lower case, is made of labels and does not end in a number. */
static bool is_name(const struct host_name *name)
{
	size_t start = 0;

	for (size_t i = 0; i < name->n; i++) {
		if (is_label_byte(name->text[i]))
			continue;
		if (name->text[i] != '.' || !is_label(name->text + start, i - start))
			return false;
		start = i + 1;
	}
	return is_label(name->text + start, name->n - start) &&
	       !is_number(name->text + start, name->n - start);
}

int host_name_parse(const char *p, size_t n, struct host_name *ret)
{
	struct host_name name = { 0 };

	if (n > 0 && p[n - 1] == '.')
		n--;
	if (n == 0 || n > HOST_NAME_BYTES)
		return -EINVAL;
	name.n = (uint8_t)n;
	for (size_t i = 0; i < n; i++)
		name.text[i] = lower(p[i]);
	if (!is_name(&name))
		return -EINVAL;
	*ret = name;
	return 0;
}

bool host_name_is(const struct host_name *a, const struct host_name *b)
{
	return a->n == b->n && memcmp(a->text, b->text, a->n) == 0;
}

bool host_name_is_below(const struct host_name *a, const struct host_name *suffix)
{
	size_t head;

	if (a->n < suffix->n + 2)
		return false;
	head = (size_t)a->n - suffix->n;
	return a->text[head - 1] == '.' && memcmp(a->text + head, suffix->text, suffix->n) == 0;
}

int host_parse(const char *p, size_t n, struct host *ret)
{
	struct host h = { .is_address = true };

	if (n >= 2 && p[0] == '[' && p[n - 1] == ']') {
		if (memchr(p, ':', n) == NULL || addr_parse(p + 1, n - 2, &h.addr) < 0)
			return -EINVAL;
	} else if (addr_parse(p, n, &h.addr) < 0) {
		h.is_address = false;
		if (host_name_parse(p, n, &h.name) < 0)
			return -EINVAL;
	}
	*ret = h;
	return 0;
}

bool host_is(const struct host *a, const struct host *b)
{
	if (a->is_address != b->is_address)
		return false;
	if (!a->is_address)
		return host_name_is(&a->name, &b->name);
	return a->addr.family == b->addr.family &&
	       memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes)) == 0;
}

static int port_parse(const char *p, size_t n, uint16_t *ret)
{
	char digits[PORT_DIGITS + 1] = "";
	uint64_t port;

	if (n == 0 || n > PORT_DIGITS || p[0] == '0' || memchr(p, '\0', n) != NULL)
		return -EINVAL;
	memcpy(digits, p, n);
	if (num_u64(digits, UINT16_MAX, &port) < 0)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

/* Where the host ends: at the one colon, or behind the bracket; all of it for a bare address. */
static size_t host_length(const char *p, size_t n)
{
	const char *end = n > 0 && p[0] == '[' ? memchr(p, ']', n) : NULL;
	const char *colon;

	if (end != NULL)
		return (size_t)(end - p) + 1;
	colon = n > 0 ? memchr(p, ':', n) : NULL;
	if (colon == NULL || memchr(colon + 1, ':', n - (size_t)(colon + 1 - p)) != NULL)
		return n;
	return (size_t)(colon - p);
}

int host_port_parse(const char *p, size_t n, struct host *ret, uint16_t *ret_port)
{
	size_t len = host_length(p, n);
	uint16_t port = 0;

	if (len < n && (p[len] != ':' || port_parse(p + len + 1, n - len - 1, &port) < 0))
		return -EINVAL;
	if (host_parse(p, len, ret) < 0)
		return -EINVAL;
	*ret_port = port;
	return 0;
}

void host_print(const struct host *h, uint16_t port, char ret[HOST_TEXT_MAX])
{
	char text[ADDR_TEXT_MAX];
	const char *host = h->name.text;
	bool is_v6 = h->is_address && h->addr.family == 6;

	if (h->is_address) {
		addr_print(&h->addr, text);
		host = text;
	}
	/* The sizes are such that it always fits. */
	if (port == 0)
		snprintf(ret, HOST_TEXT_MAX, "%s", host);
	else
		snprintf(ret, HOST_TEXT_MAX, is_v6 ? "[%s]:%u" : "%s:%u", host, port);
}
