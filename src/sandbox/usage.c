/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that a directory takes on disk. */
#include "sandbox/usage.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK_BYTES 512u

static uint64_t entry_bytes(const struct stat *st)
{
	uint64_t bytes = (uint64_t)st->st_blocks * BLOCK_BYTES;

	return bytes > USAGE_ENTRY_BYTES ? bytes : USAGE_ENTRY_BYTES;
}

/* What could not be looked at, for another reason than that it went away meanwhile. */
static bool is_unseen(const FTSENT *entry)
{
	return (entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS ||
		entry->fts_info == FTS_ERR) &&
	       entry->fts_errno != ENOENT;
}

uint64_t usage_bytes(const char *path, int64_t since_s, uint64_t enough, bool *ret_all)
{
	char *roots[2] = { NULL, NULL };
	uint64_t total = 0;
	FTSENT *entry;
	FTS *walk;

	/* fts only reads the names; its interface lacks the const. */
	memcpy(&roots[0], &path, sizeof(path));
	walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (walk == NULL)
		return 0;
	while (total <= enough && (entry = fts_read(walk)) != NULL) {
		if (is_unseen(entry))
			*ret_all = false;
		if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS &&
		    entry->fts_info != FTS_ERR && entry->fts_statp->st_ctime >= since_s)
			total += entry_bytes(entry->fts_statp);
	}
	fts_close(walk);
	return total;
}
