/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of a list field must look like. */
#include "policy/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "policy/fields.h"
#include "policy/host_name.h"

#define PUBLISH_MAX 80

static bool host_ok(const char *text)
{
	return host_pattern_check(text) == 0;
}

static bool field_ok(const char *text)
{
	return policy_field_of(text) != FIELD_NONE;
}

static bool below_ok(const char *text)
{
	if (text[0] == '/')
		return false;
	/* A component of two dots leads out; two dots in a name do not. */
	for (;; text++) {
		size_t n = strcspn(text, "/");

		if (n == 2 && memcmp(text, "..", n) == 0)
			return false;
		text += n;
		if (*text == '\0')
			return true;
	}
}

static bool port_ok(const char *text)
{
	uint64_t port = 0;

	return num_u64(text, 65535, &port) == 0 && port > 0;
}

/* [ADDRESS:]PORT:PORT, the latter inside; an IPv6 address stands in brackets. */
static bool publish_ok(const char *text)
{
	char s[PUBLISH_MAX];
	char *inside, *outside;
	bool is_v6 = text[0] == '[';
	unsigned char address[16];

	if (snprintf(s, sizeof(s), "%s", text) >= (int)sizeof(s))
		return false;
	inside = strrchr(s, ':');
	if (inside == NULL)
		return false;
	*inside++ = '\0';
	outside = strrchr(s, ':');
	if (!port_ok(inside) || !port_ok(outside != NULL ? outside + 1 : s))
		return false;
	if (outside == NULL)
		return true;
	*outside = '\0';
	if (is_v6 && (outside == s || outside[-1] != ']'))
		return false;
	if (is_v6)
		outside[-1] = '\0';
	return inet_pton(is_v6 ? AF_INET6 : AF_INET, s + is_v6, address) == 1;
}

static bool socket_ok(const char *text)
{
	return text[0] == '/' || text[0] == '~';
}

static bool name_ok(const char *text)
{
	return strchr(text, '=') == NULL;
}

static bool pair_ok(const char *text)
{
	return text[0] != '=' && strchr(text, '=') != NULL;
}

#define HOST_LIKE "is no host; write for example github.com, *.pypi.org:443 or 10.0.0.5:5432"

static const struct {
	bool (*ok)(const char *text);
	const char *wrong;
} checks[FIELD_END] = {
	[FIELD_NETWORK_ALLOW] = { host_ok, HOST_LIKE },
	[FIELD_NETWORK_DENY] = { host_ok, HOST_LIKE },
	[FIELD_BEST_EFFORT] = { field_ok, "is no field" },
	[FIELD_REQUIRE] = { field_ok, "is no field" },
	[FIELD_FILES_PROTECT] = { below_ok, "must be a path below the workspace" },
	[FIELD_NETWORK_PUBLISH] = { publish_ok,
				    "publishes no port; write for example 127.0.0.1:8080:3000" },
	[FIELD_NETWORK_LOOPBACK] = { port_ok, "is no port from 1 to 65535" },
	[FIELD_NETWORK_UNIX] = { socket_ok, "must be an absolute path" },
	[FIELD_ENV_PASS] = { name_ok, "is no name of a variable" },
	[FIELD_ENV_SET] = { pair_ok, "is not NAME=value" },
};

int policy_check_entry(enum policy_field field, const char *text, struct err *e)
{
	if (text[0] == '\0')
		return err_set(e, -EINVAL, "%s: an entry is empty", policy_field_name(field));
	if (checks[field].ok == NULL || checks[field].ok(text))
		return 0;
	return err_set(e, -EINVAL, "%s: \"%s\" %s", policy_field_name(field), text,
		       checks[field].wrong);
}
