/* SPDX-License-Identifier: Apache-2.0 */
/* One rule of network.allow or network.deny: a host pattern with ports. */
#ifndef BASE_HOST_RULE_H
#define BASE_HOST_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/host.h"

#define HOST_RULE_PORTS_MAX 8
#define HOST_RULE_TEXT_MAX 384 /* any rule as text, with the NUL */

enum host_rule_kind {
	HOST_RULE_NAME,	 /* this name */
	HOST_RULE_BELOW, /* every name below it, at any depth; not itself */
	HOST_RULE_RANGE	 /* an address or a range */
};

/* What a rule is for, which decides the ports that it means without any: see host_rule_parse. */
enum host_rule_list { HOST_RULE_ALLOW, HOST_RULE_DENY, HOST_RULE_SECRET };

struct port_range {
	uint16_t first;
	uint16_t last; /* at least @first */
};

/*
 * struct host_rule - plain bytes, no pointers.
 * @name:    of HOST_RULE_NAME and HOST_RULE_BELOW
 * @range:   of HOST_RULE_RANGE
 * @n_ports: 0 means every port
 */
struct host_rule {
	enum host_rule_kind kind;
	struct host_name name;
	struct cidr range;
	uint8_t n_ports;
	struct port_range ports[HOST_RULE_PORTS_MAX];
};

/*
 * host_rule_parse - read HOST, *.SUFFIX, ADDRESS or CIDR, each with an optional :PORTS.
 *
 * PORTS is * or up to HOST_RULE_PORTS_MAX numbers and ranges: 443, 8000-8010, 22,80. IPv6 with
 * ports stands in brackets, a range too: [fd00::/8]:443. A suffix has two labels at least. Without
 * ports a rule that allows means 80 and 443, and one that denies means every port.
 *
 * Returns 0 or -EINVAL.
 */
int host_rule_parse(const char *p, size_t n, enum host_rule_list list, struct host_rule *ret);

/* Whether the pattern holds a name; ports do not count. */
bool host_rule_has_name(const struct host_rule *r, const struct host_name *name);

/* Whether the pattern holds an address, as it stands or by what it embeds; ports do not count. */
bool host_rule_has_addr(const struct host_rule *r, const struct addr *addr);

/*
 * host_rule_names_addr - whether a range names an address so plainly that it may be no global one:
 * a single address does; a wider range only where its first and last address are of the class of
 * @addr, and never for metadata services. Unspecified and multicast addresses are never named.
 */
bool host_rule_names_addr(const struct host_rule *r, const struct addr *addr);

/* Whether the rule holds a port; 0 asks whether it holds them all. */
bool host_rule_has_port(const struct host_rule *r, uint16_t port);

/* host_rule_print - the rule as host_rule_parse reads it, terminated. */
void host_rule_print(const struct host_rule *r, char ret[HOST_RULE_TEXT_MAX]);

#endif
