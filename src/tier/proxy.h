/* SPDX-License-Identifier: Apache-2.0 */
/* The plan that the proxy itself runs under: the host's network, and nothing else of the host. */
#ifndef TIER_PROXY_H
#define TIER_PROXY_H

#include <stdint.h>

#include "base/err.h"
#include "tier/facts.h"

struct plan_builder;

/* CLONE_NEW* flags of the proxy's sandbox: all but the network's. */
uint64_t proxy_spaces(void);

/*
 * struct proxy_files - what it sees of the host: its own program, and where they are there
 * @hosts, /etc/hosts, and @roots, the host's list of authorities; else OBJECT_NONE.
 */
struct proxy_files {
	struct tier_path program;
	struct tier_path hosts;
	struct tier_path roots;
};

/*
 * proxy_compile - the plan of the proxy.
 * @f: ids and the Landlock version are used
 *
 * Returns 0 or negative errno.
 */
int proxy_compile(const struct tier_facts *f, const struct proxy_files *files,
		  struct plan_builder *b, struct err *e);

#endif
