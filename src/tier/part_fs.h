/* SPDX-License-Identifier: Apache-2.0 */
/* The file system view: private root, read-only system, copy-on-write workspace. */
#ifndef TIER_PART_FS_H
#define TIER_PART_FS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Where a sandbox whose streams are opened finds the proxy's authority, and all authorities. */
#define PART_FS_AUTHORITY "/run/tiercel/ca.pem"
#define PART_FS_ROOTS "/run/tiercel/roots.pem"

struct plan_builder;
struct policy;
struct tier_facts;

/*
 * part_fs_compile - append every operation of the mount phase.
 */
int part_fs_compile(const struct policy *p, const struct tier_facts *f, struct plan_builder *b,
		    struct err *e);

/*
 * part_fs_system - host paths that every sandbox sees read-only, where they exist.
 * @ret_n: how many
 */
const char *const *part_fs_system(size_t *ret_n);

/*
 * part_fs_secrets - files of the system that are hidden where the caller could read them.
 */
const char *const *part_fs_secrets(size_t *ret_n);

/*
 * part_fs_is_granted - whether a path of the policy exists and is not covered by a root.
 */
bool part_fs_is_granted(const struct tier_facts *f, const char *path);

#endif
