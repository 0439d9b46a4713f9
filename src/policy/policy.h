/* SPDX-License-Identifier: Apache-2.0 */
/* The policy: what is wanted. Built by load, flags and presets, then sealed and const. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/field.h"

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
	const char *header;
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

/*
 * struct policy - sealed, it never changes; it owns every byte it points at, in one arena.
 * Paths are as written until policy_resolve makes them absolute and normal ("~" and "." expanded).
 */
struct policy {
	struct arena arena;
	const char *preset;
	enum policy_risk risk;
	enum policy_tier tier;
	struct policy_list require;
	const char *workspace_path;
	enum policy_mode workspace_mode;
	struct policy_list read;
	struct policy_list write;
	struct policy_list hide;
	struct policy_list protect;
	struct policy_list env_pass;
	struct policy_list env_set; /* NAME=value */
	struct policy_list net_allow;
	struct policy_list net_deny;
	const struct policy_http *net_http;
	size_t net_http_n;
	struct policy_list net_publish;
	struct policy_list net_loopback;
	struct policy_list net_unix;
	const struct policy_secret *secrets;
	size_t secrets_n;
	struct policy_limits limits;
	enum policy_profile syscalls_profile;
	struct policy_list syscalls_allow;
	struct policy_list syscalls_deny;
	const char *lsm_apparmor;
	const char *lsm_selinux;
	bool ask_network;
	struct policy_list ask_exec;
	uint64_t ask_timeout_ms;
	enum policy_otherwise ask_otherwise;
	const char *image;
	struct policy_list best_effort;
	struct policy_origin origin[FIELD_END];
};

#endif
