/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox has written to the host's disks. */
#include "sandbox/disk.h"

#include <sys/statvfs.h>
#include <time.h>

#include "policy/types.h"
#include "sandbox/usage.h"
#include "tier/facts.h"

static size_t places(const struct disk_watch *d)
{
	size_t n = d->facts == NULL ? 0 : d->facts->roots_n + d->write->n;

	return n < DISK_PLACES_MAX ? n : DISK_PLACES_MAX;
}

/* The roots first; what is not kept apart is the host's own. */
static const char *place(const struct disk_watch *d, size_t i, bool *ret_is_kept)
{
	const struct tier_root *r = &d->facts->root[i];

	*ret_is_kept = i < d->facts->roots_n && r->kind != ROOT_PLAIN;
	if (i >= d->facts->roots_n)
		return d->write->v[i - d->facts->roots_n];
	return *ret_is_kept ? r->store : r->host;
}

/* Inodes count as much as usage_bytes takes an empty file for. */
static uint64_t free_bytes(const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs) < 0)
		return 0;
	return (uint64_t)fs.f_bfree * fs.f_frsize + (uint64_t)fs.f_ffree * USAGE_ENTRY_BYTES;
}

static uint64_t lost_at(const struct disk_watch *d, size_t i)
{
	bool is_kept;
	uint64_t now = free_bytes(place(d, i, &is_kept));

	return d->free_bytes[i] > now ? d->free_bytes[i] - now : 0;
}

void disk_watch_start(struct disk_watch *d)
{
	struct timespec now;
	bool is_kept;

	/* Files take their times from the coarse clock, which is never ahead. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	d->start_s = now.tv_sec;
	for (size_t i = 0; i < places(d); i++)
		d->free_bytes[i] = free_bytes(place(d, i, &is_kept));
}

uint64_t disk_watch_lost(const struct disk_watch *d)
{
	uint64_t most = 0;

	for (size_t i = 0; i < places(d); i++) {
		uint64_t lost = lost_at(d, i);

		most = lost > most ? lost : most;
	}
	return most;
}

uint64_t disk_watch_used(const struct disk_watch *d, uint64_t enough, bool *ret_all)
{
	uint64_t total = 0;

	*ret_all = true;
	for (size_t i = 0; i < places(d) && total <= enough; i++) {
		bool is_kept;
		const char *path = place(d, i, &is_kept);

		if (!is_kept &&
		    ((d->is_readonly && i < d->facts->roots_n) || lost_at(d, i) + total <= enough))
			continue;
		total += usage_bytes(path, is_kept ? 0 : d->start_s, enough - total, ret_all);
	}
	return total;
}
