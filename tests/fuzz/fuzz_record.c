/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a sandbox's record: damaged, or a record whose every member is in range. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "sandbox/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int is_true)
{
	if (!is_true)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record rec = { 0 };
	int r = record_parse((const char *)data, size, &rec);

	if (r < 0) {
		must(r == -EBADMSG && rec.id == NULL && rec.arena.blocks == NULL);
		return 0;
	}
	must(rec.id && rec.status && rec.tier && rec.cwd && rec.command);
	must(rec.exit_code <= 255 && rec.roots_n <= RECORD_ROOTS_MAX);
	for (uint64_t i = 0; i < rec.roots_n; i++)
		must(path_normal(rec.root[i].host) && strlen(rec.root[i].store) == 5 &&
		     rec.root[i].kind != NULL);
	for (uint64_t i = 0; i < rec.protect_n; i++)
		must(rec.protect[i] != NULL);
	record_done(&rec);
	return 0;
}
