/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of a list field must look like. */
#include "policy/check.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/num.h"
#include "policy/fields.h"
#include "policy/host_name.h"

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
	return text[0] != '/' && strstr(text, "..") == NULL;
}

static bool port_ok(const char *text)
{
	uint64_t port = 0;

	return num_u64(text, 65535, &port) == 0 && port > 0;
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
