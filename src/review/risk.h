/* SPDX-License-Identifier: Apache-2.0 */
/* What about a change deserves a second look before it is applied. */
#ifndef REVIEW_RISK_H
#define REVIEW_RISK_H

struct buf;
struct review_change;
struct review_changes;
struct review_trees;

enum risk {
	RISK_HOOK = 1U << 0,
	RISK_CI = 1U << 1,
	RISK_AGENT = 1U << 2,
	RISK_EDITOR = 1U << 3,
	RISK_LOCKFILE = 1U << 4,
	RISK_EXECUTABLE = 1U << 5,
	RISK_SETUID = 1U << 6,
	RISK_LINK_OUT = 1U << 7,
	RISK_BUILD = 1U << 8,
	RISK_BINARY = 1U << 9,
	RISK_INVISIBLE = 1U << 10,
	RISK_PROTECTED = 1U << 11,
	RISK_SPECIAL = 1U << 12,
	RISK_GIT_LOCK = 1U << 13,
};

/* Those that count as risky in the summary of a run. */
#define RISK_LOUD (~(unsigned int)(RISK_BINARY | RISK_LOCKFILE))

/* risk_mark - set the flags of every change. Reads text of up to 8 MiB. */
void risk_mark(const struct review_trees *t, struct review_changes *c);

/* The words of the flags, with commas between. */
void risk_words(unsigned int flags, struct buf *b);

/* The name of flag number @i, or NULL past the last. */
const char *risk_name(unsigned int i);

#endif
