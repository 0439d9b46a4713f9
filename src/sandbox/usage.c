/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that a directory takes on disk. */
#include "sandbox/usage.h"

#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK_BYTES 512u

uint64_t usage_bytes(const char *path, uint64_t enough)
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
	while (total <= enough && (entry = fts_read(walk)) != NULL)
		if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS &&
		    entry->fts_info != FTS_ERR)
			total += (uint64_t)entry->fts_statp->st_blocks * BLOCK_BYTES;
	fts_close(walk);
	return total;
}
