/* SPDX-License-Identifier: Apache-2.0 */
/* What a tier knows beside the policy: the host, the caller, the paths, the run. */
#ifndef TIER_FACTS_H
#define TIER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/types.h"
#include "tier/path.h"

#define TIER_ROOTS_MAX 8

/* A directory whose changes are kept for review. */
enum tier_root_kind { ROOT_PLAIN, ROOT_OVERLAY, ROOT_COPY, ROOT_END };

struct tier_root {
	const char *host;  /* the directory on the host; also its path inside */
	const char *store; /* holds upper/ and work/, or is the copy */
	enum tier_root_kind kind;
	uint64_t dev, ino;	       /* of @host */
	uint64_t store_dev, store_ino; /* of @store */
	uint32_t uid, gid;	       /* owner of @host on disk */
	uint32_t mode;		       /* of @host */
};

/*
 * struct tier_facts - what the host, the caller and the run bring along.
 * @paths:   facts of every path that tier_paths names and of the policy's own
 * @sockets: facts of the sockets that network.unix names, in that order
 * @env:     NAME=value strings the command gets
 * @has_host_network: the sandbox shares the host's network; @hosts and @resolv are what to show of
 * the host's /etc/hosts and /etc/resolv.conf then, else NULL
 * @authority: file with the proxy's certificate, where it opens streams; @roots is the list that
 * holds it beside the host's, to be laid over @roots_over;
 * @java is the same as Java keeps it, for @java_over
 * @placeholders: NAME=value strings that stand for secrets
 * @cgroup_fds: how many descriptors the stage writes to, to enter its cgroups; 0 for none
 */
struct tier_facts {
	bool is_root;
	int landlock_abi;
	uint32_t uid_in, uid_out, gid_in, gid_out;
	uint64_t memory_bytes;
	unsigned int processors;
	const struct tier_path *paths;
	size_t paths_n;
	const struct tier_path *sockets;
	size_t sockets_n;
	struct tier_root root[TIER_ROOTS_MAX];
	size_t roots_n;
	const struct tier_path *hold; /* in direct mode; parents before what is below them */
	size_t holds_n;
	const char *home;
	const char *user;
	const char *hostname;
	const char *passwd; /* content to show as /etc/passwd, NULL for the host's */
	const char *group;
	const char *cwd;
	struct tier_path authority, roots, java;
	struct policy_list roots_over, java_over;
	struct policy_list placeholders;
	struct policy_list argv;
	struct policy_list env;
	bool has_tty;
	bool has_notify;
	bool has_host_network;
	const char *hosts;
	const char *resolv;
	unsigned int cgroup_fds;
	const char *cgroup_memory; /* mechanism words, NULL where there is no such group */
	const char *cgroup_cpu;
	const char *cgroup_pids;
};

#endif
