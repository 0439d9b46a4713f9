/* SPDX-License-Identifier: Apache-2.0 */
/* Whether our own process has room for a run. */
#include "sandbox/room.h"

#include <errno.h>
#include <stddef.h>
#include <sys/resource.h>

#include "base/cleanup.h"

/* struct room - @need in bytes or numbers, and how the shell says it, in @unit of those. */
struct room {
	int resource;
	rlim_t need;
	rlim_t unit;
	const char *name;
	const char *letter;
};

static const struct room rooms[] = {
	{ RLIMIT_NOFILE, 128, 1, "open files", "n" },
	{ RLIMIT_AS, 16 << 20, 1 << 10, "address space", "v" },
	{ RLIMIT_FSIZE, 1 << 20, 1 << 10, "the size of files", "f" },
};

int room_check(struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(rooms); i++) {
		const struct room *room = &rooms[i];
		struct rlimit now;

		if (getrlimit((__rlimit_resource_t)room->resource, &now) < 0 ||
		    now.rlim_cur >= room->need)
			continue;
		return err_set(
			e, -ENFILE, "the limit of %s is too low to start; try ulimit -%s %llu",
			room->name, room->letter, (unsigned long long)(room->need / room->unit));
	}
	return 0;
}
