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
 * proxy_compile - the plan of the proxy.
 * @f:       ids and the Landlock version are used
 * @program: the proxy's file
 * @hosts:   /etc/hosts, or OBJECT_NONE
 *
 * Returns 0 or negative errno.
 */
int proxy_compile(const struct tier_facts *f, const struct tier_path *program,
		  const struct tier_path *hosts, struct plan_builder *b, struct err *e);

#endif
