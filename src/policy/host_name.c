/* SPDX-License-Identifier: Apache-2.0 */
/* The one parser of host names and host patterns. */
#include "policy/host_name.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/num.h"

#define HOST_MAX 253
#define LABEL_MAX 63

static bool is_label_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-';
}

static bool is_name(const char *s)
{
	size_t n = strlen(s);

	if (n > 0 && s[n - 1] == '.')
		n--;
	if (n == 0 || n > HOST_MAX)
		return false;
	for (size_t i = 0; i < n;) {
		size_t start = i;

		while (i < n && is_label_byte(s[i]))
			i++;
		if (i == start || i - start > LABEL_MAX || s[start] == '-' || s[i - 1] == '-')
			return false;
		if (i < n && s[i++] != '.')
			return false;
	}
	/* All digits and dots is an address that was mistyped, not a name. */
	return strspn(s, "0123456789.") != strlen(s);
}

/* An address with an optional /PREFIX. */
static bool is_address(char *s)
{
	char *slash = strchr(s, '/');
	unsigned char bytes[16];
	bool is_v6 = strchr(s, ':') != NULL;
	uint64_t prefix;

	if (slash != NULL) {
		*slash = '\0';
		if (num_u64(slash + 1, is_v6 ? 128 : 32, &prefix) < 0)
			return false;
	}
	return inet_pton(is_v6 ? AF_INET6 : AF_INET, s, bytes) == 1;
}

/* Cuts ":PORT" off; false when what follows the colon is no port. */
static bool take_port(char *s)
{
	char *colon = strrchr(s, ':');
	uint64_t port;

	if (s[0] == '[') {
		char *end = strchr(s, ']');

		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return false;
		colon = end[1] == ':' ? end + 1 : NULL;
	} else if (colon != NULL && strchr(s, ':') != colon) {
		return true; /* a bare IPv6 address */
	}
	if (colon == NULL)
		return true;
	if (num_u64(colon + 1, 65535, &port) < 0 || port == 0)
		return strcmp(colon + 1, "*") == 0 && (*colon = '\0') == '\0';
	*colon = '\0';
	return true;
}

int host_pattern_check(const char *text)
{
	char s[HOST_MAX + 16];
	size_t n = strlen(text);
	char *host = s;

	if (n >= sizeof(s))
		return -EINVAL;
	memcpy(s, text, n + 1);
	if (!take_port(s))
		return -EINVAL;
	if (s[0] == '[') {
		host = s + 1;
		host[strcspn(host, "]")] = '\0';
		return is_address(host) ? 0 : -EINVAL;
	}
	if (strncmp(host, "*.", 2) == 0)
		return is_name(host + 2) && strchr(host + 2, '.') != NULL ? 0 : -EINVAL;
	return is_name(host) || is_address(host) ? 0 : -EINVAL;
}
