/* SPDX-License-Identifier: Apache-2.0 */
/* What lies at a path of the host. */
#ifndef TIER_PATH_H
#define TIER_PATH_H

#include <stdbool.h>
#include <stdint.h>

/* What lies at a host path, as looked up once before the tier runs. */
enum tier_object {
	OBJECT_NONE,
	OBJECT_DIR,
	OBJECT_FILE,
	OBJECT_LINK,
	OBJECT_DEVICE,
	OBJECT_SOCKET,
	OBJECT_END
};

struct tier_path {
	const char *path;   /* absolute and normal */
	const char *target; /* of a link, else NULL */
	enum tier_object type;
	uint64_t dev, ino;
	uint32_t uid, gid; /* owner on disk */
	bool readable;	   /* by the caller, for the files that tier_secrets names */
	bool is_fixed;	   /* of a hold: read-only, not only kept from being moved away */
	uint64_t links;	   /* of a hold: its names on disk; 1 for a directory */
};

#endif
