/* SPDX-License-Identifier: Apache-2.0 */
/* Decides whether a connection is allowed, and says what would allow it. */
#ifndef PROXY_RULES_H
#define PROXY_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/host.h"
#include "base/host_rule.h"

#define VERDICT_TEXT_MAX 1024 /* any explanation, with the NUL */

/* The two lists; an empty list of what is allowed allows nothing. */
struct rules {
	const struct host_rule *allow;
	size_t n_allow;
	const struct host_rule *deny;
	size_t n_deny;
};

/*
 * struct target - where somebody wants to connect.
 * @name: what was asked for by name; NULL when it was an address
 * @addr: the address; NULL while a name is not resolved
 * @port: 0 asks about a name as DNS does: whether any port of it may be reached
 */
struct target {
	const struct host_name *name;
	const struct addr *addr;
	uint16_t port;
};

enum verdict_reason {
	VERDICT_ALLOWED,
	VERDICT_MISSING,    /* no rule allows it */
	VERDICT_DENIED,	    /* a rule denies it */
	VERDICT_NOT_GLOBAL, /* private, loopback and so on, and not named by address */
	VERDICT_END
};

/*
 * struct verdict - the decision.
 * @rule:  the one that allowed or denied (borrowed from the rules); NULL when none did
 * @class: of the address, where there is one
 */
struct verdict {
	enum verdict_reason reason;
	const struct host_rule *rule;
	enum addr_class class;
};

/*
 * rules_decide - decide about one connection.
 *
 * Deny beats allow, by name and by address. A name must be allowed by name; the address that it
 * leads to must be global or named by address, for the same port. So a decision is made twice:
 * before a name is resolved, and for the address that is then dialled.
 */
struct verdict rules_decide(const struct rules *rules, const struct target *target);

/* The reason as events and reports carry it: "allowed", "rule_missing". */
const char *verdict_reason_name(enum verdict_reason reason);

/*
 * verdict_flag - what would allow it, as an option: "--allow db.example:5432"; "" when it is
 * allowed already or no option would help because a rule denies it.
 */
void verdict_flag(const struct verdict *v, const struct target *t, char ret[VERDICT_TEXT_MAX]);

/* verdict_detail - the decision in a sentence for people. */
void verdict_detail(const struct verdict *v, const struct target *t, char ret[VERDICT_TEXT_MAX]);

#endif
