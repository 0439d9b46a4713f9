/* SPDX-License-Identifier: Apache-2.0 */
/* The types that a policy's values have. */
#ifndef POLICY_TYPES_H
#define POLICY_TYPES_H

#include <stddef.h>
#include <stdint.h>

#define POLICY_UNLIMITED UINT64_MAX

enum policy_risk { RISK_LOW, RISK_MEDIUM, RISK_HIGH, RISK_CRITICAL, RISK_END };
enum policy_tier {
	TIER_AUTO,
	TIER_PROCESS,
	TIER_CHROOT,
	TIER_NAMESPACE,
	TIER_CONTAINER,
	TIER_VM,
	TIER_REMOTE,
	TIER_END
};
enum policy_mode { MODE_REVIEW, MODE_DIRECT, MODE_READONLY, MODE_END };
enum policy_profile { PROFILE_AGENT, PROFILE_END };
enum policy_otherwise { OTHERWISE_DENY, OTHERWISE_ALLOW, OTHERWISE_END };

/* A list of strings; @v is NULL when @n is 0. */
struct policy_list {
	const char *const *v;
	size_t n;
};

/* Where a field's value came from: a file with line and column (1-based), or a flag, or a preset.
 */
struct policy_origin {
	const char *source; /* path, "--flag", "preset coding-agent" or NULL for the default */
	uint32_t line;	    /* 0 when @source is no file */
	uint32_t column;
};

struct policy_http {
	const char *host;
	struct policy_list methods;
	struct policy_list paths;
};

struct policy_secret {
	const char *name;
	const char *from;
	struct policy_list hosts;
	const char *header; /* NAME or NAME: TEMPLATE; this and the rest may be NULL */
	const char *query;  /* a parameter */
	const char *basic;  /* "true" or "false" */
	const char *body;
};

/* Limits; POLICY_UNLIMITED where none is set. */
struct policy_limits {
	uint64_t memory; /* bytes */
	uint64_t cpus;	 /* thousandths of a processor */
	uint64_t pids;
	uint64_t disk; /* bytes */
	uint64_t files;
	uint64_t output;  /* bytes */
	uint64_t time_ms; /* wall clock */
};

#endif
