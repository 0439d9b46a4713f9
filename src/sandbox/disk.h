/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox has written to the host's disks. */
#ifndef SANDBOX_DISK_H
#define SANDBOX_DISK_H

#include <stdbool.h>
#include <stdint.h>

struct policy_list;
struct tier_facts;

#define DISK_PLACES_MAX 16

/*
 * struct disk_watch - the places that it may write to; all borrowed.
 * @facts: whose roots are watched, NULL for none
 * @write: directories of the host that the policy lets it write
 * @free_bytes: of each place, when the command started; @start_s: that time by the clock of files
 */
struct disk_watch {
	const struct tier_facts *facts;
	const struct policy_list *write;
	bool is_readonly; /* the workspace is the host's own and cannot be written to */
	uint64_t free_bytes[DISK_PLACES_MAX];
	int64_t start_s;
};

/* disk_watch_start - remember how it is when the command starts. */
void disk_watch_start(struct disk_watch *d);

/* Bytes that the one disk has lost since that has lost most, whoever took them. */
uint64_t disk_watch_lost(const struct disk_watch *d);

/*
 * disk_watch_used - bytes written so far.
 * @enough:  stop counting above this many
 * @ret_all: false when something could not be counted
 *
 * Changes that are kept for review are counted as they are. In directories of the host it is what
 * has changed since the start, and only looked at once their disks have lost that much.
 */
uint64_t disk_watch_used(const struct disk_watch *d, uint64_t enough, bool *ret_all);

#endif
