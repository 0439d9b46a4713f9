/* SPDX-License-Identifier: Apache-2.0 */
/* The policy: what is wanted. Built by load, flags and presets, then sealed and const. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/field.h"
#include "policy/types.h"

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
