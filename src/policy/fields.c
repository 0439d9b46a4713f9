/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of policy fields. */
#include "policy/fields.h"

#include <stdio.h>
#include <string.h>

#define AT(member) offsetof(struct policy, member)
#define NAME_MAX_BYTES 64

static const char *const risks[] = { "low", "medium", "high", "critical", NULL };
static const char *const tiers[] = { "auto",	  "process", "chroot", "namespace",
				     "container", "vm",	     "remote", NULL };
static const char *const modes[] = { "review", "direct", "readonly", NULL };
static const char *const profiles[] = { "agent", NULL };
static const char *const otherwise[] = { "deny", "allow", NULL };

static const struct field_row rows[FIELD_END] = {
	[FIELD_NONE] = { "", TYPE_END, SENSE_NONE, 0, NULL, "" },
	[FIELD_VERSION] = { "version", TYPE_VERSION, SENSE_NONE, 0, NULL, "always 1" },
	[FIELD_PRESET] = { "preset", TYPE_STRING, SENSE_NONE, AT(preset), NULL,
			   "built-in policy to start from" },
	[FIELD_RISK] = { "risk", TYPE_ENUM, SENSE_RANK, AT(risk), risks,
			 "sets the lightest wall that will do" },
	[FIELD_TIER] = { "tier", TYPE_ENUM, SENSE_FIXED, AT(tier), tiers, "kind of wall" },
	[FIELD_REQUIRE] = { "require", TYPE_LIST, SENSE_DENY, AT(require), NULL,
			    "fields that must be enforced, best_effort or not" },
	[FIELD_WORKSPACE_PATH] = { "workspace.path", TYPE_STRING, SENSE_FIXED, AT(workspace_path),
				   NULL, "the directory that the command works in" },
	[FIELD_WORKSPACE_MODE] = { "workspace.mode", TYPE_ENUM, SENSE_NONE, AT(workspace_mode),
				   modes, "review: copy-on-write; direct: live; readonly" },
	[FIELD_FILES_READ] = { "files.read", TYPE_LIST, SENSE_GRANT, AT(read), NULL,
			       "host paths that may be read, beside the system" },
	[FIELD_FILES_WRITE] = { "files.write", TYPE_LIST, SENSE_GRANT, AT(write), NULL,
				"host paths that may be written" },
	[FIELD_FILES_HIDE] = { "files.hide", TYPE_LIST, SENSE_DENY, AT(hide), NULL,
			       "paths that are hidden inside" },
	[FIELD_FILES_PROTECT] = { "files.protect", TYPE_LIST, SENSE_DENY, AT(protect), NULL,
				  "workspace paths whose changes need --protected to be applied; "
				  "in direct mode they cannot be changed" },
	[FIELD_ENV_PASS] = { "env.pass", TYPE_LIST, SENSE_GRANT, AT(env_pass), NULL,
			     "variables taken from the caller; NAME* is any that begin so" },
	[FIELD_ENV_SET] = { "env.set", TYPE_LIST, SENSE_NONE, AT(env_set), NULL,
			    "variables set inside, NAME: value" },
	[FIELD_NETWORK_ALLOW] = { "network.allow", TYPE_LIST, SENSE_GRANT, AT(net_allow), NULL,
				  "hosts that may be reached" },
	[FIELD_NETWORK_DENY] = { "network.deny", TYPE_LIST, SENSE_DENY, AT(net_deny), NULL,
				 "hosts that may not, whatever allow says" },
	[FIELD_NETWORK_HTTP] = { "network.http", TYPE_HTTP, SENSE_FIXED, AT(net_http), NULL,
				 "methods and paths for named hosts" },
	[FIELD_NETWORK_PUBLISH] = { "network.publish", TYPE_LIST, SENSE_GRANT, AT(net_publish),
				    NULL, "host ports that lead into the sandbox" },
	[FIELD_NETWORK_LOOPBACK] = { "network.loopback", TYPE_LIST, SENSE_GRANT, AT(net_loopback),
				     NULL, "loopback ports of the host that may be reached" },
	[FIELD_NETWORK_UNIX] = { "network.unix", TYPE_LIST, SENSE_GRANT, AT(net_unix), NULL,
				 "unix sockets of the host that may be reached" },
	[FIELD_SECRETS] = { "secrets", TYPE_SECRETS, SENSE_FIXED, AT(secrets), NULL,
			    "secrets that are used without being seen" },
	[FIELD_LIMITS_MEMORY] = { "limits.memory", TYPE_SIZE, SENSE_GRANT, AT(limits.memory), NULL,
				  "memory of all processes together" },
	[FIELD_LIMITS_CPUS] = { "limits.cpus", TYPE_MILLI, SENSE_GRANT, AT(limits.cpus), NULL,
				"processors" },
	[FIELD_LIMITS_PIDS] = { "limits.pids", TYPE_COUNT, SENSE_GRANT, AT(limits.pids), NULL,
				"processes and threads at once" },
	[FIELD_LIMITS_DISK] = { "limits.disk", TYPE_SIZE, SENSE_GRANT, AT(limits.disk), NULL,
				"bytes written and kept" },
	[FIELD_LIMITS_FILES] = { "limits.files", TYPE_COUNT, SENSE_GRANT, AT(limits.files), NULL,
				 "open files of a process" },
	[FIELD_LIMITS_OUTPUT] = { "limits.output", TYPE_SIZE, SENSE_GRANT, AT(limits.output), NULL,
				  "bytes of output" },
	[FIELD_LIMITS_TIME] = { "limits.time", TYPE_TIME, SENSE_GRANT, AT(limits.time_ms), NULL,
				"wall clock time" },
	[FIELD_SYSCALLS_PROFILE] = { "syscalls.profile", TYPE_ENUM, SENSE_FIXED,
				     AT(syscalls_profile), profiles, "system call filter" },
	[FIELD_SYSCALLS_ALLOW] = { "syscalls.allow", TYPE_LIST, SENSE_GRANT, AT(syscalls_allow),
				   NULL, "system calls that the profile refuses" },
	[FIELD_SYSCALLS_DENY] = { "syscalls.deny", TYPE_LIST, SENSE_DENY, AT(syscalls_deny), NULL,
				  "system calls that the profile lets through" },
	[FIELD_LSM_APPARMOR] = { "lsm.apparmor", TYPE_STRING, SENSE_FIXED, AT(lsm_apparmor), NULL,
				 "AppArmor profile to enter" },
	[FIELD_LSM_SELINUX] = { "lsm.selinux", TYPE_STRING, SENSE_FIXED, AT(lsm_selinux), NULL,
				"SELinux label to enter" },
	[FIELD_ASK_NETWORK] = { "ask.network", TYPE_BOOL, SENSE_GRANT, AT(ask_network), NULL,
				"ask a person about unlisted hosts" },
	[FIELD_ASK_EXEC] = { "ask.exec", TYPE_LIST, SENSE_DENY, AT(ask_exec), NULL,
			     "ask a person before these programs run" },
	[FIELD_ASK_TIMEOUT] = { "ask.timeout", TYPE_TIME, SENSE_NONE, AT(ask_timeout_ms), NULL,
				"how long to wait for the answer" },
	[FIELD_ASK_OTHERWISE] = { "ask.otherwise", TYPE_ENUM, SENSE_RANK_LOW, AT(ask_otherwise),
				  otherwise, "what no answer means" },
	[FIELD_IMAGE] = { "image", TYPE_STRING, SENSE_FIXED, AT(image), NULL, "root file system" },
	[FIELD_BEST_EFFORT] = { "best_effort", TYPE_LIST, SENSE_GRANT, AT(best_effort), NULL,
				"fields that may stay unenforced; the report says so" },
};

const struct field_row *policy_field_row(enum policy_field field)
{
	return &rows[field];
}

const char *policy_field_name(enum policy_field field)
{
	return rows[field].name;
}

const char *policy_field_name_of(unsigned int field)
{
	return field < FIELD_END ? rows[field].name : "";
}

enum policy_field policy_field_of(const char *name)
{
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++)
		if (strcmp(rows[i].name, name) == 0)
			return (enum policy_field)i;
	return FIELD_NONE;
}

bool policy_is_weakest(const struct policy *p, enum policy_field field)
{
	const struct field_row *row = &rows[field];
	const void *at = (const char *)p + row->offset;

	switch (row->type) {
	case TYPE_LIST:
		return ((const struct policy_list *)at)->n == 0;
	case TYPE_STRING:
		return *(const char *const *)at == NULL;
	case TYPE_BOOL:
		return !*(const bool *)at;
	case TYPE_SIZE:
	case TYPE_COUNT:
	case TYPE_MILLI:
	case TYPE_TIME:
		return *(const uint64_t *)at == POLICY_UNLIMITED;
	case TYPE_HTTP:
		return p->net_http_n == 0;
	case TYPE_SECRETS:
		return p->secrets_n == 0;
	case TYPE_ENUM:
	case TYPE_VERSION:
	case TYPE_END:
		break;
	}
	return false;
}

/* Levenshtein's distance between short names. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_BYTES + 1];
	size_t n = strlen(b);

	if (n > NAME_MAX_BYTES)
		return SIZE_MAX;
	for (size_t k = 0; k <= n; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= n; k++) {
			size_t cost = diagonal + (a[i - 1] != b[k - 1]);
			size_t other = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;

			diagonal = row[k];
			row[k] = cost < other ? cost : other;
		}
	}
	return row[n];
}

void policy_nearest(const char *prefix, const char *typed, char *ret, size_t n)
{
	size_t best = strlen(typed) / 2 + 1;
	size_t skip = strlen(prefix);

	ret[0] = '\0';
	for (int i = FIELD_NONE + 1; i < FIELD_END; i++) {
		char name[NAME_MAX_BYTES];
		size_t d;

		if (strncmp(rows[i].name, prefix, skip) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(rows[i].name + skip, "."),
			 rows[i].name + skip);
		d = distance(typed, name);
		if (d >= best)
			continue;
		best = d;
		snprintf(ret, n, "%s", name);
	}
}
