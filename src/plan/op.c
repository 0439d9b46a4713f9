/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operation kinds. */
#include "plan/op.h"

#include <assert.h>

#define ATTR (PLAN_F_READONLY | PLAN_F_NOSUID | PLAN_F_NODEV | PLAN_F_NOEXEC)

static const struct plan_shape shapes[PLAN_KIND_END] = {
	[PLAN_CLONE] = { "clone", PHASE_JOIN, 0, "" },
	[PLAN_MAP] = { "map", PHASE_JOIN, PLAN_F_ROOT, "" },
	[PLAN_CGROUP] = { "cgroup", PHASE_JOIN, 0, "a" },
	[PLAN_PROPAGATE] = { "propagate", PHASE_MOUNT, 0, "" },
	[PLAN_ROOT] = { "root", PHASE_MOUNT, 0, "" },
	[PLAN_DIR] = { "dir", PHASE_MOUNT, 0, "p" },
	[PLAN_LINK] = { "link", PHASE_MOUNT, 0, "pb" },
	[PLAN_FILE] = { "file", PHASE_MOUNT, PLAN_F_READONLY, "pb" },
	[PLAN_SHARE] = { "share", PHASE_MOUNT, ATTR, "p" },
	[PLAN_BIND] = { "bind", PHASE_MOUNT,
			ATTR | PLAN_F_RECURSIVE | PLAN_F_IDMAP | PLAN_F_FILE | PLAN_F_LINK, "ph" },
	[PLAN_OVERLAY] = { "overlay", PHASE_MOUNT, ATTR | PLAN_F_IDMAP, "ph" },
	[PLAN_STORE] = { "store", PHASE_MOUNT, 0, "p" },
	[PLAN_PROC] = { "proc", PHASE_MOUNT, ATTR, "p" },
	[PLAN_DEVPTS] = { "devpts", PHASE_MOUNT, ATTR, "p" },
	[PLAN_MQUEUE] = { "mqueue", PHASE_MOUNT, ATTR, "p" },
	[PLAN_MASK] = { "mask", PHASE_MOUNT, 0, "p" },
	[PLAN_READONLY] = { "readonly", PHASE_MOUNT, 0, "" },
	[PLAN_PIVOT] = { "pivot", PHASE_PIVOT, 0, "" },
	[PLAN_HOSTNAME] = { "hostname", PHASE_IDS, 0, "a" },
	[PLAN_LOOPBACK] = { "loopback", PHASE_IDS, 0, "" },
	[PLAN_WATCH] = { "watch", PHASE_IDS, 0, "" },
	[PLAN_LISTEN] = { "listen", PHASE_IDS, 0, "" },
	[PLAN_REDIRECT] = { "redirect", PHASE_IDS, 0, "a" },
	[PLAN_PTY] = { "pty", PHASE_IDS, 0, "" },
	[PLAN_KEYRING] = { "keyring", PHASE_IDS, 0, "" },
	[PLAN_AFFINITY] = { "affinity", PHASE_IDS, 0, "" },
	[PLAN_RLIMIT] = { "rlimit", PHASE_IDS, 0, "" },
	[PLAN_CAPS] = { "caps", PHASE_CAPS, 0, "" },
	[PLAN_NO_NEW_PRIVS] = { "no_new_privs", PHASE_NNP, 0, "" },
	[PLAN_LANDLOCK] = { "landlock", PHASE_LANDLOCK, 0, "" },
	[PLAN_RULE] = { "rule", PHASE_LANDLOCK, 0, "p" },
	[PLAN_SECCOMP] = { "seccomp", PHASE_SECCOMP, PLAN_F_NOTIFY, "b" },
	[PLAN_ENV] = { "env", PHASE_EXEC, 0, "b" },
	[PLAN_EXEC] = { "exec", PHASE_EXEC, 0, "pb" },
};

const struct plan_shape *plan_shape_of(unsigned int kind)
{
	assert(kind < PLAN_KIND_END);
	return &shapes[kind];
}
