/* SPDX-License-Identifier: Apache-2.0 */
/* Options of every command that needs a policy. */
#include "cmd/run_opts.h"

#define AT(m) offsetof(struct run_args, m)
#define FLAG(l, n, m, h, ...)                                                                      \
	{                                                                                          \
		l, n, OPT_FLAG, AT(m), NULL, h, __VA_ARGS__                                        \
	}
#define STR(n, m, a, h)                                                                            \
	{                                                                                          \
		0, n, OPT_STR, AT(m), a, h, FIELD_NONE                                             \
	}
#define FIELD(l, n, f, a, h, ...)                                                                  \
	{                                                                                          \
		l, n, OPT_FIELD, AT(fields), a, h, f, __VA_ARGS__                                  \
	}
#define RARE .is_rare = true

/* Docker's names and meanings where Docker has the option. */
const struct opt run_opts[] = {
	FLAG('i', "interactive", wants_input, "keep standard input open (it always is)", RARE),
	FLAG('t', "tty", wants_tty, "a terminal of its own (the default at a terminal)",
	     FIELD_NONE),
	FLAG(0, "no-tty", is_piped, "pipes, even at a terminal", RARE),
	STR("policy", policy, "FILE", "policy instead of the user's own"),
	STR("preset", preset, "NAME", "built-in policy to start from"),
	FIELD(0, "tier", FIELD_TIER, "TIER", "kind of wall", RARE),
	FIELD(0, "workspace", FIELD_WORKSPACE_PATH, "DIR", "directory to work in (default: here)",
	      NULL),
	FIELD(0, "mode", FIELD_WORKSPACE_MODE, "MODE", "review, direct or readonly", NULL),
	FIELD(0, "read", FIELD_FILES_READ, "PATH", "host path that may be read; repeatable", NULL),
	FIELD(0, "write", FIELD_FILES_WRITE, "PATH", "host path that may be written; repeatable",
	      NULL),
	FIELD(0, "hide", FIELD_FILES_HIDE, "PATH", "path to hide; repeatable", RARE),
	FIELD('e', "env", FIELD_ENV_SET, "NAME=VALUE", "variable to set; repeatable", NULL),
	FIELD(0, "pass", FIELD_ENV_PASS, "NAME", "variable to take along; repeatable", RARE),
	FIELD(0, "allow", FIELD_NETWORK_ALLOW, "HOST",
	      "host to reach, with :PORT if not 80 and 443", NULL),
	FIELD(0, "deny", FIELD_NETWORK_DENY, "HOST", "host never to reach; repeatable", RARE),
	FIELD('p', "publish", FIELD_NETWORK_PUBLISH, "PORTS",
	      "[ADDRESS:]PORT:PORT, here and inside; repeatable", RARE),
	STR("network", network, "MODE", "none (default), or host: this machine's own"),
	FIELD('m', "memory", FIELD_LIMITS_MEMORY, "SIZE", "memory limit, as 512m or 4GiB", NULL),
	FIELD(0, "cpus", FIELD_LIMITS_CPUS, "N", "processors, as 2 or 0.5", NULL),
	FIELD(0, "pids-limit", FIELD_LIMITS_PIDS, "N", "processes at once", NULL),
	FIELD(0, "disk", FIELD_LIMITS_DISK, "SIZE", "bytes written and kept", NULL),
	FIELD(0, "timeout", FIELD_LIMITS_TIME, "TIME", "end it after TIME, as 30s or 5m", NULL),
	STR("name", name, "NAME", "name of the sandbox"),
	STR("report", report, "FILE", "write the report there as JSON"),
	FLAG(0, "json", is_json, "JSON instead of words", FIELD_NONE),
	FLAG('q', "quiet", is_quiet, "no summary", FIELD_NONE),
	FLAG(0, "learn", is_learning, "end with a policy of the hosts that were reached", RARE),
	FLAG(0, "yes-really", is_reckless, "the workspace may be the home directory", RARE),
	{ 0 },
};
