/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups, version 1 and 2 behind one interface. */
#ifndef LINUX_CGROUP_H
#define LINUX_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum cgroup_kind { CGROUP_MEMORY, CGROUP_PIDS, CGROUP_CPU, CGROUP_KINDS };

#define CGROUP_NAME_MAX 32

/*
 * struct cgroup - the groups of one sandbox. Initialise with CGROUP_INIT.
 * @parent: directory of the group that ours is made in, by controller (owned; equal for version 2)
 * @dir:    our group's directory (owned)
 * @is_delegated: set by the caller before cgroup_make, when its own group was handed to it
 * @companion: set by the caller: a process of its own that goes where it goes, or 0
 * @is_leaf, @enabled: version 2: the caller has moved to a leaf, for these controllers (1 << kind)
 */
struct cgroup {
	int parent[CGROUP_KINDS];
	int dir[CGROUP_KINDS];
	bool is_v2;
	bool is_delegated;
	pid_t companion;
	bool is_leaf;
	unsigned int enabled;
	char name[CGROUP_NAME_MAX];
};

#define CGROUP_INIT ((struct cgroup){ .parent = { -1, -1, -1 }, .dir = { -1, -1, -1 } })

/*
 * cgroup_make - make a group under every controller whose limit is asked for and can be had.
 * @id:    the sandbox's
 * @value: by controller: bytes, processes, thousandths of a processor; UINT64_MAX for none
 *
 * A controller that is absent or not ours to use is left out: see cgroup_has. Returns 0, or
 * negative errno when a group could be made but not limited. Source:
 * Documentation/admin-guide/cgroup-v1, cgroup-v2.rst.
 */
int cgroup_make(struct cgroup *c, const char *id, const uint64_t value[CGROUP_KINDS],
		struct err *e);

/* Whether there is a group for a controller. */
bool cgroup_has(const struct cgroup *c, enum cgroup_kind kind);

/* Files to write "0" to, to enter every group (owned by the caller); returns how many. */
size_t cgroup_entries(const struct cgroup *c, int ret_fds[CGROUP_KINDS]);

/* How often the kernel killed for want of memory, and refused a process. */
uint64_t cgroup_oom_kills(const struct cgroup *c);
uint64_t cgroup_pids_refused(const struct cgroup *c);

/*
 * Kills what is still in the groups (version 2) and removes them; gives up after a second. The
 * caller goes back to where it was.
 */
void cgroup_remove(struct cgroup *c);

#endif
